// What a caller may do, as docs/access.md says. The service decides; the page only does not offer what it would refuse.
import type { WhoFragment } from '../generated/graphql';

/** Change stacks and instances. */
export const mayChange = ({ role }: WhoFragment) => role !== 'READER';

/** Make stacks, also as copies: not with a key that is limited to some. */
export const mayMakeStacks = (viewer: WhoFragment) => mayChange(viewer) && viewer.stacks == null;

export const mayEditTemplates = ({ role, stacks }: WhoFragment) => role === 'ADMIN' && stacks == null;

export const mayPurge = ({ role }: WhoFragment) => role === 'ADMIN';
