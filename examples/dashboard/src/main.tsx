import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './style/colours.css';
import './style/base.css';
import './style/controls.css';
import './style/table.css';
import './style/parts.css';
import './theme';
import { App } from './app';

const root = document.getElementById('dashboard');
if (root) createRoot(root).render(<StrictMode><App /></StrictMode>);
