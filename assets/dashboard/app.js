var e=(e,t)=>()=>(t||(e((t={exports:{}}).exports,t,t.exports),e=null),t.exports),t=e((e=>{var t=Symbol.for(`react.transitional.element`),n=Symbol.for(`react.portal`),r=Symbol.for(`react.fragment`),i=Symbol.for(`react.strict_mode`),a=Symbol.for(`react.profiler`),o=Symbol.for(`react.consumer`),s=Symbol.for(`react.context`),c=Symbol.for(`react.forward_ref`),l=Symbol.for(`react.suspense`),u=Symbol.for(`react.memo`),d=Symbol.for(`react.lazy`),f=Symbol.for(`react.activity`),p=Symbol.for(`react.view_transition`),m=Symbol.iterator;function h(e){return typeof e!=`object`||!e?null:(e=m&&e[m]||e[`@@iterator`],typeof e==`function`?e:null)}var g={isMounted:function(){return!1},enqueueForceUpdate:function(){},enqueueReplaceState:function(){},enqueueSetState:function(){}},_=Object.assign,v={};function y(e,t,n){this.props=e,this.context=t,this.refs=v,this.updater=n||g}y.prototype.isReactComponent={},y.prototype.setState=function(e,t){if(typeof e!=`object`&&typeof e!=`function`&&e!=null)throw Error(`takes an object of state variables to update or a function which returns an object of state variables.`);this.updater.enqueueSetState(this,e,t,`setState`)},y.prototype.forceUpdate=function(e){this.updater.enqueueForceUpdate(this,e,`forceUpdate`)};function b(){}b.prototype=y.prototype;function x(e,t,n){this.props=e,this.context=t,this.refs=v,this.updater=n||g}var S=x.prototype=new b;S.constructor=x,_(S,y.prototype),S.isPureReactComponent=!0;var C=Array.isArray;function ee(){}var w={H:null,A:null,T:null,S:null},te=Object.prototype.hasOwnProperty;function T(e,n,r){var i=r.ref;return{$$typeof:t,type:e,key:n,ref:i===void 0?null:i,props:r}}function ne(e,t){return T(e.type,t,e.props)}function re(e){return typeof e==`object`&&!!e&&e.$$typeof===t}function ie(e){var t={"=":`=0`,":":`=2`};return`$`+e.replace(/[=:]/g,function(e){return t[e]})}var ae=/\/+/g;function oe(e,t){return typeof e==`object`&&e&&e.key!=null?ie(``+e.key):t.toString(36)}function se(e){switch(e.status){case`fulfilled`:return e.value;case`rejected`:throw e.reason;default:switch(typeof e.status==`string`?e.then(ee,ee):(e.status=`pending`,e.then(function(t){e.status===`pending`&&(e.status=`fulfilled`,e.value=t)},function(t){e.status===`pending`&&(e.status=`rejected`,e.reason=t)})),e.status){case`fulfilled`:return e.value;case`rejected`:throw e.reason}}throw e}function ce(e,r,i,a,o){var s=typeof e;(s===`undefined`||s===`boolean`)&&(e=null);var c=!1;if(e===null)c=!0;else switch(s){case`bigint`:case`string`:case`number`:c=!0;break;case`object`:switch(e.$$typeof){case t:case n:c=!0;break;case d:return c=e._init,ce(c(e._payload),r,i,a,o)}}if(c)return o=o(e),c=a===``?`.`+oe(e,0):a,C(o)?(i=``,c!=null&&(i=c.replace(ae,`$&/`)+`/`),ce(o,r,i,``,function(e){return e})):o!=null&&(re(o)&&(o=ne(o,i+(o.key==null||e&&e.key===o.key?``:(``+o.key).replace(ae,`$&/`)+`/`)+c)),r.push(o)),1;c=0;var l=a===``?`.`:a+`:`;if(C(e))for(var u=0;u<e.length;u++)a=e[u],s=l+oe(a,u),c+=ce(a,r,i,s,o);else if(u=h(e),typeof u==`function`)for(e=u.call(e),u=0;!(a=e.next()).done;)a=a.value,s=l+oe(a,u++),c+=ce(a,r,i,s,o);else if(s===`object`){if(typeof e.then==`function`)return ce(se(e),r,i,a,o);throw r=String(e),Error(`Objects are not valid as a React child (found: `+(r===`[object Object]`?`object with keys {`+Object.keys(e).join(`, `)+`}`:r)+`). If you meant to render a collection of children, use an array instead.`)}return c}function le(e,t,n){if(e==null)return e;var r=[],i=0;return ce(e,r,``,``,function(e){return t.call(n,e,i++)}),r}function ue(e){if(e._status===-1){var t=e._result,n=t();n.then(function(t){(e._status===0||e._status===-1)&&(e._status=1,e._result=t,n.status===void 0&&(n.status=`fulfilled`,n.value=t))},function(t){(e._status===0||e._status===-1)&&(e._status=2,e._result=t,n.status===void 0&&(n.status=`rejected`,n.reason=t))}),e._status===-1&&(e._status=0,e._result=n)}if(e._status===1)return e._result.default;throw e._result}var de=typeof reportError==`function`?reportError:function(e){if(typeof window==`object`&&typeof window.ErrorEvent==`function`){var t=new window.ErrorEvent(`error`,{bubbles:!0,cancelable:!0,message:typeof e==`object`&&e&&typeof e.message==`string`?String(e.message):String(e),error:e});if(!window.dispatchEvent(t))return}else if(typeof process==`object`&&typeof process.emit==`function`){process.emit(`uncaughtException`,e);return}console.error(e)};function fe(e){var t=w.T,n={};n.types=t===null?null:t.types,w.T=n;try{var r=e(),i=w.S;i!==null&&i(n,r),typeof r==`object`&&r&&typeof r.then==`function`&&r.then(ee,de)}catch(e){de(e)}finally{t!==null&&n.types!==null&&(t.types=n.types),w.T=t}}function pe(e){var t=w.T;if(t!==null){var n=t.types;n===null?t.types=[e]:n.indexOf(e)===-1&&n.push(e)}else fe(pe.bind(null,e))}var me={map:le,forEach:function(e,t,n){le(e,function(){t.apply(this,arguments)},n)},count:function(e){var t=0;return le(e,function(){t++}),t},toArray:function(e){return le(e,function(e){return e})||[]},only:function(e){if(!re(e))throw Error(`React.Children.only expected to receive a single React element child.`);return e}};e.Activity=f,e.Children=me,e.Component=y,e.Fragment=r,e.Profiler=a,e.PureComponent=x,e.StrictMode=i,e.Suspense=l,e.ViewTransition=p,e.__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE=w,e.__COMPILER_RUNTIME={__proto__:null,c:function(e){return w.H.useMemoCache(e)}},e.addTransitionType=pe,e.cache=function(e){return function(){return e.apply(null,arguments)}},e.cacheSignal=function(){return null},e.cloneElement=function(e,t,n){if(e==null)throw Error(`The argument must be a React element, but you passed `+e+`.`);var r=_({},e.props),i=e.key;if(t!=null)for(a in t.key!==void 0&&(i=``+t.key),t)!te.call(t,a)||a===`key`||a===`__self`||a===`__source`||a===`ref`&&t.ref===void 0||(r[a]=t[a]);var a=arguments.length-2;if(a===1)r.children=n;else if(1<a){for(var o=Array(a),s=0;s<a;s++)o[s]=arguments[s+2];r.children=o}return T(e.type,i,r)},e.createContext=function(e){return e={$$typeof:s,_currentValue:e,_currentValue2:e,_threadCount:0,Provider:null,Consumer:null},e.Provider=e,e.Consumer={$$typeof:o,_context:e},e},e.createElement=function(e,t,n){var r,i={},a=null;if(t!=null)for(r in t.key!==void 0&&(a=``+t.key),t)te.call(t,r)&&r!==`key`&&r!==`__self`&&r!==`__source`&&(i[r]=t[r]);var o=arguments.length-2;if(o===1)i.children=n;else if(1<o){for(var s=Array(o),c=0;c<o;c++)s[c]=arguments[c+2];i.children=s}if(e&&e.defaultProps)for(r in o=e.defaultProps,o)i[r]===void 0&&(i[r]=o[r]);return T(e,a,i)},e.createRef=function(){return{current:null}},e.forwardRef=function(e){return{$$typeof:c,render:e}},e.isValidElement=re,e.lazy=function(e){return{$$typeof:d,_payload:{_status:-1,_result:e},_init:ue}},e.memo=function(e,t){return{$$typeof:u,type:e,compare:t===void 0?null:t}},e.startTransition=fe,e.unstable_useCacheRefresh=function(){return w.H.useCacheRefresh()},e.use=function(e){return w.H.use(e)},e.useActionState=function(e,t,n){return w.H.useActionState(e,t,n)},e.useCallback=function(e,t){return w.H.useCallback(e,t)},e.useContext=function(e){return w.H.useContext(e)},e.useDebugValue=function(){},e.useDeferredValue=function(e,t){return w.H.useDeferredValue(e,t)},e.useEffect=function(e,t){return w.H.useEffect(e,t)},e.useEffectEvent=function(e){return w.H.useEffectEvent(e)},e.useId=function(){return w.H.useId()},e.useImperativeHandle=function(e,t,n){return w.H.useImperativeHandle(e,t,n)},e.useInsertionEffect=function(e,t){return w.H.useInsertionEffect(e,t)},e.useLayoutEffect=function(e,t){return w.H.useLayoutEffect(e,t)},e.useMemo=function(e,t){return w.H.useMemo(e,t)},e.useOptimistic=function(e,t){return w.H.useOptimistic(e,t)},e.useReducer=function(e,t,n){return w.H.useReducer(e,t,n)},e.useRef=function(e){return w.H.useRef(e)},e.useState=function(e){return w.H.useState(e)},e.useSyncExternalStore=function(e,t,n){return w.H.useSyncExternalStore(e,t,n)},e.useTransition=function(){return w.H.useTransition()},e.version=`19.3.1`})),n=e(((e,n)=>{n.exports=t()})),r=e((e=>{function t(e,t){var n=e.length;e.push(t);a:for(;0<n;){var r=n-1>>>1,a=e[r];if(0<i(a,t))e[r]=t,e[n]=a,n=r;else break a}}function n(e){return e.length===0?null:e[0]}function r(e){if(e.length===0)return null;var t=e[0],n=e.pop();if(n!==t){e[0]=n;a:for(var r=0,a=e.length,o=a>>>1;r<o;){var s=2*(r+1)-1,c=e[s],l=s+1,u=e[l];if(0>i(c,n))l<a&&0>i(u,c)?(e[r]=u,e[l]=n,r=l):(e[r]=c,e[s]=n,r=s);else if(l<a&&0>i(u,n))e[r]=u,e[l]=n,r=l;else break a}}return t}function i(e,t){var n=e.sortIndex-t.sortIndex;return n===0?e.id-t.id:n}if(e.unstable_now=void 0,typeof performance==`object`&&typeof performance.now==`function`){var a=performance;e.unstable_now=function(){return a.now()}}else{var o=Date,s=o.now();e.unstable_now=function(){return o.now()-s}}var c=[],l=[],u=1,d=null,f=3,p=!1,m=!1,h=!1,g=!1,_=typeof setTimeout==`function`?setTimeout:null,v=typeof clearTimeout==`function`?clearTimeout:null,y=typeof setImmediate<`u`?setImmediate:null;function b(e){for(var i=n(l);i!==null;){if(i.callback===null)r(l);else if(i.startTime<=e)r(l),i.sortIndex=i.expirationTime,t(c,i);else break;i=n(l)}}function x(e){if(h=!1,b(e),!m){if(n(c)!==null)m=!0,S||(S=!0,ne());else{var t=n(l);t!==null&&ae(x,t.startTime-e)}}}var S=!1,C=-1,ee=5,w=-1;function te(){return g?!0:!(e.unstable_now()-w<ee)}function T(){if(g=!1,S){var t=e.unstable_now();w=t;var i=!0;try{a:{m=!1,h&&(h=!1,v(C),C=-1),p=!0;var a=f;try{b:{for(b(t),d=n(c);d!==null&&!(d.expirationTime>t&&te());){var o=d.callback;if(typeof o==`function`){d.callback=null,f=d.priorityLevel;var s=o(d.expirationTime<=t);if(t=e.unstable_now(),typeof s==`function`){d.callback=s,b(t),i=!0;break b}d===n(c)&&r(c),b(t)}else r(c);d=n(c)}if(d!==null)i=!0;else{var u=n(l);u!==null&&ae(x,u.startTime-t),i=!1}}break a}finally{d=null,f=a,p=!1}i=void 0}}finally{i?ne():S=!1}}}var ne;if(typeof y==`function`)ne=function(){y(T)};else if(typeof MessageChannel<`u`){var re=new MessageChannel,ie=re.port2;re.port1.onmessage=T,ne=function(){ie.postMessage(null)}}else ne=function(){_(T,0)};function ae(t,n){C=_(function(){t(e.unstable_now())},n)}e.unstable_IdlePriority=5,e.unstable_ImmediatePriority=1,e.unstable_LowPriority=4,e.unstable_NormalPriority=3,e.unstable_Profiling=null,e.unstable_UserBlockingPriority=2,e.unstable_cancelCallback=function(e){e.callback=null},e.unstable_forceFrameRate=function(e){0>e||125<e?console.error(`forceFrameRate takes a positive int between 0 and 125, forcing frame rates higher than 125 fps is not supported`):ee=0<e?Math.floor(1e3/e):5},e.unstable_getCurrentPriorityLevel=function(){return f},e.unstable_next=function(e){switch(f){case 1:case 2:case 3:var t=3;break;default:t=f}var n=f;f=t;try{return e()}finally{f=n}},e.unstable_requestPaint=function(){g=!0},e.unstable_runWithPriority=function(e,t){switch(e){case 1:case 2:case 3:case 4:case 5:break;default:e=3}var n=f;f=e;try{return t()}finally{f=n}},e.unstable_scheduleCallback=function(r,i,a){var o=e.unstable_now();switch(typeof a==`object`&&a?(a=a.delay,a=typeof a==`number`&&0<a?o+a:o):a=o,r){case 1:var s=-1;break;case 2:s=250;break;case 5:s=1073741823;break;case 4:s=1e4;break;default:s=5e3}return s=a+s,r={id:u++,callback:i,priorityLevel:r,startTime:a,expirationTime:s,sortIndex:-1},a>o?(r.sortIndex=a,t(l,r),n(c)===null&&r===n(l)&&(h?(v(C),C=-1):h=!0,ae(x,a-o))):(r.sortIndex=s,t(c,r),m||p||(m=!0,S||(S=!0,ne()))),r},e.unstable_shouldYield=te,e.unstable_wrapCallback=function(e){var t=f;return function(){var n=f;f=t;try{return e.apply(this,arguments)}finally{f=n}}}})),i=e(((e,t)=>{t.exports=r()})),a=e((e=>{var t=n();function r(e){var t=`https://react.dev/errors/`+e;if(1<arguments.length){t+=`?args[]=`+encodeURIComponent(arguments[1]);for(var n=2;n<arguments.length;n++)t+=`&args[]=`+encodeURIComponent(arguments[n])}return`Minified React error #`+e+`; visit `+t+` for the full message or use the non-minified dev environment for full errors and additional helpful warnings.`}function i(){}var a={d:{f:i,r:function(){throw Error(r(522))},D:i,C:i,L:i,m:i,X:i,S:i,M:i},p:0,findDOMNode:null},o=Symbol.for(`react.portal`),s=Symbol.for(`react.recoverable`),c=Symbol.for(`react.optimistic_key`);function l(e,t,n){var r=3<arguments.length&&arguments[3]!==void 0?arguments[3]:null;return{$$typeof:o,key:r==null?null:r===c?c:``+r,children:e,containerInfo:t,implementation:n}}var u=t.__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE;function d(e,t){if(e===`font`)return``;if(typeof t==`string`)return t===`use-credentials`?t:``}e.__DOM_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE=a,e.browser=function(e){return{$$typeof:s,_reason:e}},e.createPortal=function(e,t){var n=2<arguments.length&&arguments[2]!==void 0?arguments[2]:null;if(!t||t.nodeType!==1&&t.nodeType!==9&&t.nodeType!==11)throw Error(r(299));return l(e,t,null,n)},e.flushSync=function(e){var t=u.T,n=a.p;try{if(u.T=null,a.p=2,e)return e()}finally{u.T=t,a.p=n,a.d.f()}},e.preconnect=function(e,t){typeof e==`string`&&(t?(t=t.crossOrigin,t=typeof t==`string`?t===`use-credentials`?t:``:void 0):t=null,a.d.C(e,t))},e.prefetchDNS=function(e){typeof e==`string`&&a.d.D(e)},e.preinit=function(e,t){if(typeof e==`string`&&t&&typeof t.as==`string`){var n=t.as,r=d(n,t.crossOrigin),i=typeof t.integrity==`string`?t.integrity:void 0,o=typeof t.fetchPriority==`string`?t.fetchPriority:void 0;n===`style`?a.d.S(e,typeof t.precedence==`string`?t.precedence:void 0,{crossOrigin:r,integrity:i,fetchPriority:o}):n===`script`&&a.d.X(e,{crossOrigin:r,integrity:i,fetchPriority:o,nonce:typeof t.nonce==`string`?t.nonce:void 0})}},e.preinitModule=function(e,t){if(typeof e==`string`){if(typeof t==`object`&&t){if(t.as==null||t.as===`script`){var n=d(t.as,t.crossOrigin);a.d.M(e,{crossOrigin:n,integrity:typeof t.integrity==`string`?t.integrity:void 0,nonce:typeof t.nonce==`string`?t.nonce:void 0,fetchPriority:typeof t.fetchPriority==`string`?t.fetchPriority:void 0})}}else t??a.d.M(e)}},e.preload=function(e,t){if(typeof e==`string`&&typeof t==`object`&&t&&typeof t.as==`string`){var n=t.as,r=d(n,t.crossOrigin);a.d.L(e,n,{crossOrigin:r,integrity:typeof t.integrity==`string`?t.integrity:void 0,nonce:typeof t.nonce==`string`?t.nonce:void 0,type:typeof t.type==`string`?t.type:void 0,fetchPriority:typeof t.fetchPriority==`string`?t.fetchPriority:void 0,referrerPolicy:typeof t.referrerPolicy==`string`?t.referrerPolicy:void 0,imageSrcSet:typeof t.imageSrcSet==`string`?t.imageSrcSet:void 0,imageSizes:typeof t.imageSizes==`string`?t.imageSizes:void 0,media:typeof t.media==`string`?t.media:void 0})}},e.preloadModule=function(e,t){if(typeof e==`string`){if(t){var n=d(t.as,t.crossOrigin);a.d.m(e,{as:typeof t.as==`string`&&t.as!==`script`?t.as:void 0,crossOrigin:n,integrity:typeof t.integrity==`string`?t.integrity:void 0,nonce:typeof t.nonce==`string`?t.nonce:void 0,fetchPriority:typeof t.fetchPriority==`string`?t.fetchPriority:void 0})}else a.d.m(e)}},e.requestFormReset=function(e){a.d.r(e)},e.unstable_batchedUpdates=function(e,t){return e(t)},e.useFormState=function(e,t,n){return u.H.useFormState(e,t,n)},e.useFormStatus=function(){return u.H.useHostTransitionStatus()},e.version=`19.3.1`})),o=e(((e,t)=>{function n(){if(typeof __REACT_DEVTOOLS_GLOBAL_HOOK__<`u`&&typeof __REACT_DEVTOOLS_GLOBAL_HOOK__.checkDCE==`function`)try{__REACT_DEVTOOLS_GLOBAL_HOOK__.checkDCE(n)}catch(e){console.error(e)}}n(),t.exports=a()})),s=e((e=>{var t=i(),r=n(),a=o();function s(e){var t=`https://react.dev/errors/`+e;if(1<arguments.length){t+=`?args[]=`+encodeURIComponent(arguments[1]);for(var n=2;n<arguments.length;n++)t+=`&args[]=`+encodeURIComponent(arguments[n])}return`Minified React error #`+e+`; visit `+t+` for the full message or use the non-minified dev environment for full errors and additional helpful warnings.`}function c(e){return!(!e||e.nodeType!==1&&e.nodeType!==9&&e.nodeType!==11)}function l(e){for(var t=e,n=t;n&&!n.alternate;)t=n,t.flags&4098&&(e=t.return),n=t.return;for(;t.return;)t=t.return;return t.tag===3?e:null}function u(e){if(e.tag===13){var t=e.memoizedState;if(t===null&&(e=e.alternate,e!==null&&(t=e.memoizedState)),t!==null)return t.dehydrated}return null}function d(e){if(e.tag===31){var t=e.memoizedState;if(t===null&&(e=e.alternate,e!==null&&(t=e.memoizedState)),t!==null)return t.dehydrated}return null}function f(e){if(l(e)!==e)throw Error(s(188))}function p(e){var t=e.alternate;if(!t){if(t=l(e),t===null)throw Error(s(188));return t===e?e:null}for(var n=e,r=t;;){var i=n.return;if(i===null)break;var a=i.alternate;if(a===null){if(r=i.return,r!==null){n=r;continue}break}if(i.child===a.child){for(a=i.child;a;){if(a===n)return f(i),e;if(a===r)return f(i),t;a=a.sibling}throw Error(s(188))}if(n.return!==r.return)n=i,r=a;else{for(var o=!1,c=i.child;c;){if(c===n){o=!0,n=i,r=a;break}if(c===r){o=!0,r=i,n=a;break}c=c.sibling}if(!o){for(c=a.child;c;){if(c===n){o=!0,n=a,r=i;break}if(c===r){o=!0,r=a,n=i;break}c=c.sibling}if(!o)throw Error(s(189))}}if(n.alternate!==r)throw Error(s(190))}if(n.tag!==3)throw Error(s(188));return n.stateNode.current===n?e:t}function m(e){var t=e.tag;if(t===5||t===26||t===27||t===6)return e;for(e=e.child;e!==null;){if(t=m(e),t!==null)return t;e=e.sibling}return null}function h(e,t,n,r,i,a){for(;e!==null;){if((e.tag===5||e.tag===27||e.tag===6)&&n(e,r,i,a)||(e.tag!==22||e.memoizedState===null)&&(t||e.tag!==5&&e.tag!==27)&&h(e.child,t,n,r,i,a))return!0;e=e.sibling}return!1}function g(e){for(e=e.return;e!==null;){if(e.tag===3||e.tag===5||e.tag===27)return e;e=e.return}return null}function _(e){var t=!1;for(e=e.return;e!==null&&(e.tag===4&&(t=!0),e.tag!==3&&e.tag!==5&&e.tag!==27);)e=e.return;return t}function v(e){var t=[null,null],n=g(e);return n===null||y(t,e,n.child,{foundSelf:!1}),t}function y(e,t,n,r){for(;n!==null;){if(n===t)r.foundSelf=!0;else if(n.tag===5||n.tag===27||n.tag===6){if(r.foundSelf)return e[1]=n,!0;e[0]=n}else if((n.tag!==22||n.memoizedState===null)&&y(e,t,n.child,r))return!0;n=n.sibling}return!1}function b(e){switch(e.tag){case 5:case 27:case 6:return e.stateNode;case 3:return e.stateNode.containerInfo;default:throw Error(s(559))}}var x=null,S=null;function C(e,t,n){return e===n||e===t&&(x=e,!0)}function ee(e,t,n){return e===n?(S=e,!1):e===t&&(S!==null&&(x=e),!0)}function w(e){if(e===null)return null;do e=e===null?null:e.return;while(e&&e.tag!==5&&e.tag!==27&&e.tag!==3);return e||null}function te(e,t,n){for(var r=0,i=e;i;i=n(i))r++;i=0;for(var a=t;a;a=n(a))i++;for(;0<r-i;)e=n(e),r--;for(;0<i-r;)t=n(t),i--;for(;r--;){if(e===t||t!==null&&e===t.alternate)return e;e=n(e),t=n(t)}return null}var T=Object.assign,ne=Symbol.for(`react.element`),re=Symbol.for(`react.transitional.element`),ie=Symbol.for(`react.portal`),ae=Symbol.for(`react.fragment`),oe=Symbol.for(`react.strict_mode`),se=Symbol.for(`react.profiler`),ce=Symbol.for(`react.consumer`),le=Symbol.for(`react.context`),ue=Symbol.for(`react.forward_ref`),de=Symbol.for(`react.suspense`),fe=Symbol.for(`react.suspense_list`),pe=Symbol.for(`react.memo`),me=Symbol.for(`react.lazy`),he=Symbol.for(`react.activity`),ge=Symbol.for(`react.legacy_hidden`),_e=Symbol.for(`react.memo_cache_sentinel`),ve=Symbol.for(`react.view_transition`),ye=Symbol.for(`react.recoverable`),be=Symbol.iterator;function xe(e){return typeof e!=`object`||!e?null:(e=be&&e[be]||e[`@@iterator`],typeof e==`function`?e:null)}var Se=Symbol.for(`react.client.reference`);function Ce(e){if(e==null)return null;if(typeof e==`function`)return e.$$typeof===Se?null:e.displayName||e.name||null;if(typeof e==`string`)return e;switch(e){case ae:return`Fragment`;case se:return`Profiler`;case oe:return`StrictMode`;case de:return`Suspense`;case fe:return`SuspenseList`;case he:return`Activity`;case ve:return`ViewTransition`}if(typeof e==`object`)switch(e.$$typeof){case ie:return`Portal`;case le:return e.displayName||`Context`;case ce:return(e._context.displayName||`Context`)+`.Consumer`;case ue:var t=e.render;return e=e.displayName,e||=(e=t.displayName||t.name||``,e===``?`ForwardRef`:`ForwardRef(`+e+`)`),e;case pe:return t=e.displayName||null,t===null?Ce(e.type)||`Memo`:t;case me:t=e._payload,e=e._init;try{return Ce(e(t))}catch{}}return null}var we=Array.isArray,E=r.__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE,D=a.__DOM_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE,Te={pending:!1,data:null,method:null,action:null},Ee=[],De=-1;function O(e){return{current:e}}function Oe(e){0>De||(e.current=Ee[De],Ee[De]=null,De--)}function k(e,t){De++,Ee[De]=e.current,e.current=t}var ke=O(null),Ae=O(null),je=O(null),Me=O(null);function Ne(e,t){switch(k(je,t),k(Ae,e),k(ke,null),t.nodeType){case 9:case 11:e=(e=t.documentElement)&&(e=e.namespaceURI)?up(e):0;break;default:if(e=t.tagName,t=t.namespaceURI)t=up(t),e=dp(t,e);else switch(e){case`svg`:e=1;break;case`math`:e=2;break;default:e=0}}Oe(ke),k(ke,e)}function Pe(){Oe(ke),Oe(Ae),Oe(je)}function Fe(e){var t=e.memoizedState;t!==null&&(sh._currentValue=t.memoizedState,k(Me,e)),t=ke.current;var n=dp(t,e.type);t!==n&&(k(Ae,e),k(ke,n))}function Ie(e){Ae.current===e&&(Oe(ke),Oe(Ae)),Me.current===e&&(Oe(Me),sh._currentValue=Te)}var Le,Re;function ze(e){if(Le===void 0)try{throw Error()}catch(e){var t=e.stack.trim().match(/\n( *(at )?)/);Le=t&&t[1]||``,Re=-1<e.stack.indexOf(`
    at`)?` (<anonymous>)`:-1<e.stack.indexOf(`@`)?`@unknown:0:0`:``}return`
`+Le+e+Re}var Be=!1;function Ve(e,t){if(!e||Be)return``;Be=!0;var n=Error.prepareStackTrace;Error.prepareStackTrace=void 0;try{var r={DetermineComponentFrameRoot:function(){try{if(t){var n=function(){throw Error()};if(Object.defineProperty(n.prototype,"props",{set:function(){throw Error()}}),typeof Reflect==`object`&&Reflect.construct){try{Reflect.construct(n,[])}catch(e){var r=e}Reflect.construct(e,[],n)}else{try{n.call()}catch(e){r=e}n=!1;try{var i=Object.getOwnPropertyDescriptor(e.prototype,`props`);Object.defineProperty(e.prototype,"props",{configurable:!0,set:function(){throw Error()}}),n=!0,new e}finally{n&&(i===void 0?delete e.prototype.props:Object.defineProperty(e.prototype,"props",i))}}}else{try{throw Error()}catch(e){r=e}(n=e())&&typeof n.catch==`function`&&n.catch(function(){})}}catch(e){if(e&&r&&typeof e.stack==`string`)return[e.stack,r.stack]}return[null,null]}};r.DetermineComponentFrameRoot.displayName=`DetermineComponentFrameRoot`;var i=Object.getOwnPropertyDescriptor(r.DetermineComponentFrameRoot,`name`);i&&i.configurable&&Object.defineProperty(r.DetermineComponentFrameRoot,"name",{value:`DetermineComponentFrameRoot`});var a=r.DetermineComponentFrameRoot(),o=a[0],s=a[1];if(o&&s){var c=o.split(`
`),l=s.split(`
`);for(i=r=0;r<c.length&&!c[r].includes(`DetermineComponentFrameRoot`);)r++;for(;i<l.length&&!l[i].includes(`DetermineComponentFrameRoot`);)i++;if(r===c.length||i===l.length)for(r=c.length-1,i=l.length-1;1<=r&&0<=i&&c[r]!==l[i];)i--;for(;1<=r&&0<=i;r--,i--)if(c[r]!==l[i]){if(r!==1||i!==1)do if(r--,i--,0>i||c[r]!==l[i]){var u=`
`+c[r].replace(` at new `,` at `);return e.displayName&&u.includes(`<anonymous>`)&&(u=u.replace(`<anonymous>`,e.displayName)),u}while(1<=r&&0<=i);break}}}finally{Be=!1,Error.prepareStackTrace=n}return(n=e?e.displayName||e.name:``)?ze(n):``}function He(e,t){switch(e.tag){case 26:case 27:case 5:return ze(e.type);case 16:return ze(`Lazy`);case 13:return e.child!==t&&t!==null?ze(`Suspense Fallback`):ze(`Suspense`);case 19:return ze(`SuspenseList`);case 0:case 15:return Ve(e.type,!1);case 11:return Ve(e.type.render,!1);case 1:return Ve(e.type,!0);case 31:return ze(`Activity`);case 30:return ze(`ViewTransition`);default:return``}}function Ue(e){try{var t=``,n=null;do t+=He(e,n),n=e,e=e.return;while(e);return t}catch(e){return`
Error generating stack: `+e.message+`
`+e.stack}}var We=Object.prototype.hasOwnProperty,Ge=t.unstable_scheduleCallback,Ke=t.unstable_cancelCallback,qe=t.unstable_shouldYield,Je=t.unstable_requestPaint,Ye=t.unstable_now,Xe=t.unstable_getCurrentPriorityLevel,Ze=t.unstable_ImmediatePriority,Qe=t.unstable_UserBlockingPriority,$e=t.unstable_NormalPriority,et=t.unstable_LowPriority,tt=t.unstable_IdlePriority,nt=t.log,rt=t.unstable_setDisableYieldValue,it=null,at=null;function ot(e){if(typeof nt==`function`&&rt(e),at&&typeof at.setStrictMode==`function`)try{at.setStrictMode(it,e)}catch{}}var st=Math.clz32?Math.clz32:ut,ct=Math.log,lt=Math.LN2;function ut(e){return e>>>=0,e===0?32:31-(ct(e)/lt|0)|0}var dt=256,ft=262144,pt=4194304;function mt(e){var t=e&42;if(t!==0)return t;switch(e&-e){case 1:return 1;case 2:return 2;case 4:return 4;case 8:return 8;case 16:return 16;case 32:return 32;case 64:return 64;case 128:return 128;case 256:case 512:case 1024:case 2048:case 4096:case 8192:case 16384:case 32768:case 65536:case 131072:return e&-e;case 262144:case 524288:case 1048576:case 2097152:return e&3932160;case 4194304:case 8388608:case 16777216:case 33554432:return e&62914560;case 67108864:return 67108864;case 134217728:return 134217728;case 268435456:return 268435456;case 536870912:return 536870912;case 1073741824:return 0;default:return e}}function ht(e,t,n){var r=e.pendingLanes;if(r===0)return 0;var i=0,a=e.suspendedLanes,o=e.pingedLanes;e=e.warmLanes;var s=r&134217727;return s===0?(s=r&~a,s===0?o===0?n||(n=r&~e,n!==0&&(i=mt(n))):i=mt(o):i=mt(s)):(r=s&~a,r===0?(o&=s,o===0?n||(n=s&~e,n!==0&&(i=mt(n))):i=mt(o)):i=mt(r)),i===0?0:t!==0&&t!==i&&(t&a)===0&&(a=i&-i,n=t&-t,a>=n||a===32&&n&4194048)?t:i}function gt(e,t){return(e.pendingLanes&~(e.suspendedLanes&~e.pingedLanes)&t)===0}function _t(e,t){t&8&&(t|=t&32);var n=e.entangledLanes;if(n!==0)for(e=e.entanglements,n&=t;0<n;){var r=31-st(n),i=1<<r;t|=e[r],n&=~i}return t}function vt(e,t){switch(e){case 1:case 2:case 4:case 8:case 64:return t+250;case 16:case 32:case 128:case 256:case 512:case 1024:case 2048:case 4096:case 8192:case 16384:case 32768:case 65536:case 131072:case 262144:case 524288:case 1048576:case 2097152:return t+5e3;case 4194304:case 8388608:case 16777216:case 33554432:return-1;case 67108864:case 134217728:case 268435456:case 536870912:case 1073741824:return-1;default:return-1}}function yt(){var e=pt;return pt<<=1,!(pt&62914560)&&(pt=4194304),e}function bt(e){for(var t=[],n=0;31>n;n++)t.push(e);return t}function xt(e,t){e.pendingLanes|=t,t!==268435456&&(e.suspendedLanes=0,e.pingedLanes=0,e.warmLanes=0)}function St(e,t,n,r,i,a){var o=e.pendingLanes;e.pendingLanes=n,e.suspendedLanes=0,e.pingedLanes=0,e.warmLanes=0,e.expiredLanes&=n,e.entangledLanes&=n,e.errorRecoveryDisabledLanes&=n,e.shellSuspendCounter=0;var s=e.entanglements,c=e.expirationTimes,l=e.hiddenUpdates;for(n=o&~n;0<n;){var u=31-st(n),d=1<<u;s[u]=0,c[u]=-1;var f=l[u];if(f!==null)for(l[u]=null,u=0;u<f.length;u++){var p=f[u];p!==null&&(p.lane&=-536870913)}n&=~d}r!==0&&Ct(e,r,0),a!==0&&i===0&&e.tag!==0&&(e.suspendedLanes|=a&~(o&~t))}function Ct(e,t,n){e.pendingLanes|=t,e.suspendedLanes&=~t;var r=31-st(t);e.entangledLanes|=t,e.entanglements[r]=e.entanglements[r]|1073741824|n&261930}function wt(e,t){var n=e.entangledLanes|=t;for(e=e.entanglements;n;){var r=31-st(n),i=1<<r;i&t|e[r]&t&&(e[r]|=t),n&=~i}}function Tt(e,t){var n=t&-t;return n=n&42?1:Et(n),(n&(e.suspendedLanes|t))===0?n:0}function Et(e){switch(e){case 2:e=1;break;case 8:e=4;break;case 32:e=16;break;case 256:case 512:case 1024:case 2048:case 4096:case 8192:case 16384:case 32768:case 65536:case 131072:case 262144:case 524288:case 1048576:case 2097152:case 4194304:case 8388608:case 16777216:case 33554432:e=128;break;case 268435456:e=134217728;break;default:e=0}return e}function Dt(e){return e&=-e,2<e?8<e?e&134217727?32:268435456:8:2}function Ot(){var e=D.p;return e===0?(e=window.event,e===void 0?32:Ch(e.type)):e}function kt(e,t){var n=D.p;try{return D.p=e,t()}finally{D.p=n}}var At=Math.random().toString(36).slice(2),jt=`__reactFiber$`+At,Mt=`__reactProps$`+At,Nt=`__reactContainer$`+At,Pt=`__reactEvents$`+At,Ft=`__reactListeners$`+At,It=`__reactHandles$`+At,Lt=`__reactResources$`+At,Rt=`__reactMarker$`+At,zt=`__reactLoad$`+At;function Bt(e){delete e[jt],delete e[Mt],delete e[Ft],delete e[It]}function Vt(e){var t;if(t=e[jt])return t;for(var n=e.parentNode;n;){if(t=n[Nt]||n[jt]){if(n=t.alternate,t.child!==null||n!==null&&n.child!==null)for(e=fm(e);e!==null;){if(n=e[jt])return n;e=fm(e)}return t}e=n,n=e.parentNode}return null}function Ht(e){if(e=e[jt]||e[Nt]){var t=e.tag;if(t===5||t===6||t===13||t===31||t===26||t===27||t===3)return e}return null}function Ut(e){var t=e.tag;if(t===5||t===26||t===27||t===6)return e.stateNode;throw Error(s(33))}function Wt(e){var t=e[Lt];return t||=e[Lt]={hoistableStyles:new Map,hoistableScripts:new Map},t}function Gt(e){e[Rt]=!0}function Kt(e){e[zt]=void 0}var qt=new Set,Jt={};function Yt(e,t){Xt(e,t),Xt(e+`Capture`,t)}function Xt(e,t){for(Jt[e]=t,e=0;e<t.length;e++)qt.add(t[e])}var Zt=RegExp(`^[:A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD][:A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\-.0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040]*$`),Qt={},$t={};function en(e){return We.call($t,e)?!0:We.call(Qt,e)?!1:Zt.test(e)?$t[e]=!0:(Qt[e]=!0,!1)}var A=!1;function tn(){var e=A;return A=!1,e}function nn(e,t,n){if(en(t)){if(n===null)e.removeAttribute(t);else{switch(typeof n){case`undefined`:case`function`:case`symbol`:e.removeAttribute(t);return;case`boolean`:var r=t.toLowerCase().slice(0,5);if(r!==`data-`&&r!==`aria-`){e.removeAttribute(t);return}}e.setAttribute(t,n)}}}function rn(e,t,n){if(n===null)e.removeAttribute(t);else{switch(typeof n){case`undefined`:case`function`:case`symbol`:case`boolean`:e.removeAttribute(t);return}e.setAttribute(t,n)}}function an(e,t,n,r){if(r===null)e.removeAttribute(n);else{switch(typeof r){case`undefined`:case`function`:case`symbol`:case`boolean`:e.removeAttribute(n);return}e.setAttributeNS(t,n,r)}}function on(e){switch(typeof e){case`bigint`:case`boolean`:case`number`:case`string`:case`undefined`:return e;case`object`:return e;default:return``}}function sn(e){var t=e.type;return(e=e.nodeName)&&e.toLowerCase()===`input`&&(t===`checkbox`||t===`radio`)}function cn(e,t,n){var r=Object.getOwnPropertyDescriptor(e.constructor.prototype,t);if(!e.hasOwnProperty(t)&&r!==void 0&&typeof r.get==`function`&&typeof r.set==`function`){var i=r.get,a=r.set;return Object.defineProperty(e,t,{configurable:!0,get:function(){return i.call(this)},set:function(e){n=``+e,a.call(this,e)}}),Object.defineProperty(e,t,{enumerable:r.enumerable}),{getValue:function(){return n},setValue:function(e){n=``+e},stopTracking:function(){e._valueTracker=null,delete e[t]}}}}function ln(e){if(!e._valueTracker){var t=sn(e)?`checked`:`value`;e._valueTracker=cn(e,t,``+e[t])}}function un(e){if(!e)return!1;var t=e._valueTracker;if(!t)return!0;var n=t.getValue(),r=``;return e&&(r=sn(e)?e.checked?`true`:`false`:e.value),e=r,e!==n&&(t.setValue(e),!0)}var dn=/[\n"\\]/g;function fn(e){return e.replace(dn,function(e){return`\\`+e.charCodeAt(0).toString(16)+` `})}function pn(e,t,n,r,i,a,o,s){e.name=``,o!=null&&typeof o!=`function`&&typeof o!=`symbol`&&typeof o!=`boolean`?e.type=o:e.removeAttribute(`type`),t==null?o!==`submit`&&o!==`reset`||e.removeAttribute(`value`):o===`number`?(t===0&&e.value===``||e.value!=t)&&(e.value=``+on(t)):e.value!==``+on(t)&&(e.value=``+on(t)),t==null?n==null?r!=null&&e.removeAttribute(`value`):hn(e,on(n)):o===`number`&&e.value==t?hn(e,on(e.value)):hn(e,on(t)),i==null&&a!=null&&(e.defaultChecked=!!a),i!=null&&(e.checked=i&&typeof i!=`function`&&typeof i!=`symbol`),s!=null&&typeof s!=`function`&&typeof s!=`symbol`&&typeof s!=`boolean`?e.name=``+on(s):e.removeAttribute(`name`)}function mn(e,t,n,r,i,a,o,s){if(a!=null&&typeof a!=`function`&&typeof a!=`symbol`&&typeof a!=`boolean`&&(e.type=a),t!=null||n!=null){if(!(a!==`submit`&&a!==`reset`||t!=null)){ln(e);return}n=n==null?``:``+on(n),t=t==null?n:``+on(t),s||t===e.value||(e.value=t),e.defaultValue=t}r??=i,r=typeof r!=`function`&&typeof r!=`symbol`&&!!r,e.checked=s?e.checked:!!r,e.defaultChecked=!!r,o!=null&&typeof o!=`function`&&typeof o!=`symbol`&&typeof o!=`boolean`&&(e.name=o),ln(e)}function hn(e,t){e.defaultValue!==``+t&&(e.defaultValue=``+t)}function gn(e,t,n,r){if(e=e.options,t){t={};for(var i=0;i<n.length;i++)t[`$`+n[i]]=!0;for(n=0;n<e.length;n++)i=t.hasOwnProperty(`$`+e[n].value),e[n].selected!==i&&(e[n].selected=i),i&&r&&(e[n].defaultSelected=!0)}else{for(n=``+on(n),t=null,i=0;i<e.length;i++){if(e[i].value===n){e[i].selected=!0,r&&(e[i].defaultSelected=!0);return}t!==null||e[i].disabled||(t=e[i])}t!==null&&(t.selected=!0)}}function _n(e,t,n){t!=null&&(t=``+on(t),t!==e.value&&(e.value=t),n==null)?e.defaultValue!==t&&(e.defaultValue=t):e.defaultValue=n==null?``:``+on(n)}function vn(e,t,n,r){if(t==null){if(r!=null){if(n!=null)throw Error(s(92));if(we(r)){if(1<r.length)throw Error(s(93));r=r[0]}n=r}n??=``,t=n}n=on(t),e.defaultValue=n,r=e.textContent,r===n&&r!==``&&r!==null&&(e.value=r),ln(e)}function yn(e,t){if(t){var n=e.firstChild;if(n&&n===e.lastChild&&n.nodeType===3){n.nodeValue=t;return}}e.textContent=t}var j=new Set(`animationIterationCount aspectRatio borderImageOutset borderImageSlice borderImageWidth boxFlex boxFlexGroup boxOrdinalGroup columnCount columns flex flexGrow flexPositive flexShrink flexNegative flexOrder gridArea gridRow gridRowEnd gridRowSpan gridRowStart gridColumn gridColumnEnd gridColumnSpan gridColumnStart fontWeight lineClamp lineHeight opacity order orphans scale tabSize widows zIndex zoom fillOpacity floodOpacity stopOpacity strokeDasharray strokeDashoffset strokeMiterlimit strokeOpacity strokeWidth MozAnimationIterationCount MozBoxFlex MozBoxFlexGroup MozLineClamp msAnimationIterationCount msFlex msZoom msFlexGrow msFlexNegative msFlexOrder msFlexPositive msFlexShrink msGridColumn msGridColumnSpan msGridRow msGridRowSpan WebkitAnimationIterationCount WebkitBoxFlex WebKitBoxFlexGroup WebkitBoxOrdinalGroup WebkitColumnCount WebkitColumns WebkitFlex WebkitFlexGrow WebkitFlexPositive WebkitFlexShrink WebkitLineClamp`.split(` `));function bn(e,t,n){var r=t.indexOf(`--`)===0;n==null||typeof n==`boolean`||n===``?r?e.setProperty(t,``):t===`float`?e.cssFloat=``:e[t]=``:r?e.setProperty(t,n):typeof n!=`number`||n===0||j.has(t)?t===`float`?e.cssFloat=n:e[t]=(``+n).trim():e[t]=n+`px`}function xn(e,t,n){if(t!=null&&typeof t!=`object`)throw Error(s(62));if(e=e.style,n!=null){for(var r in n)!n.hasOwnProperty(r)||t!=null&&t.hasOwnProperty(r)||(r.indexOf(`--`)===0?e.setProperty(r,``):r===`float`?e.cssFloat=``:e[r]=``,A=!0);for(var i in t)r=t[i],t.hasOwnProperty(i)&&n[i]!==r&&(bn(e,i,r),A=!0)}else for(var a in t)t.hasOwnProperty(a)&&bn(e,a,t[a])}function Sn(e){if(e.indexOf(`-`)===-1)return!1;switch(e){case`annotation-xml`:case`color-profile`:case`font-face`:case`font-face-src`:case`font-face-uri`:case`font-face-format`:case`font-face-name`:case`missing-glyph`:return!1;default:return!0}}var Cn=new Map([[`acceptCharset`,`accept-charset`],[`htmlFor`,`for`],[`httpEquiv`,`http-equiv`],[`crossOrigin`,`crossorigin`],[`accentHeight`,`accent-height`],[`alignmentBaseline`,`alignment-baseline`],[`arabicForm`,`arabic-form`],[`baselineShift`,`baseline-shift`],[`capHeight`,`cap-height`],[`clipPath`,`clip-path`],[`clipRule`,`clip-rule`],[`colorInterpolation`,`color-interpolation`],[`colorInterpolationFilters`,`color-interpolation-filters`],[`colorProfile`,`color-profile`],[`colorRendering`,`color-rendering`],[`dominantBaseline`,`dominant-baseline`],[`enableBackground`,`enable-background`],[`fillOpacity`,`fill-opacity`],[`fillRule`,`fill-rule`],[`floodColor`,`flood-color`],[`floodOpacity`,`flood-opacity`],[`fontFamily`,`font-family`],[`fontSize`,`font-size`],[`fontSizeAdjust`,`font-size-adjust`],[`fontStretch`,`font-stretch`],[`fontStyle`,`font-style`],[`fontVariant`,`font-variant`],[`fontWeight`,`font-weight`],[`glyphName`,`glyph-name`],[`glyphOrientationHorizontal`,`glyph-orientation-horizontal`],[`glyphOrientationVertical`,`glyph-orientation-vertical`],[`horizAdvX`,`horiz-adv-x`],[`horizOriginX`,`horiz-origin-x`],[`imageRendering`,`image-rendering`],[`letterSpacing`,`letter-spacing`],[`lightingColor`,`lighting-color`],[`markerEnd`,`marker-end`],[`markerMid`,`marker-mid`],[`markerStart`,`marker-start`],[`maskType`,`mask-type`],[`overlinePosition`,`overline-position`],[`overlineThickness`,`overline-thickness`],[`paintOrder`,`paint-order`],[`panose-1`,`panose-1`],[`pointerEvents`,`pointer-events`],[`renderingIntent`,`rendering-intent`],[`shapeRendering`,`shape-rendering`],[`stopColor`,`stop-color`],[`stopOpacity`,`stop-opacity`],[`strikethroughPosition`,`strikethrough-position`],[`strikethroughThickness`,`strikethrough-thickness`],[`strokeDasharray`,`stroke-dasharray`],[`strokeDashoffset`,`stroke-dashoffset`],[`strokeLinecap`,`stroke-linecap`],[`strokeLinejoin`,`stroke-linejoin`],[`strokeMiterlimit`,`stroke-miterlimit`],[`strokeOpacity`,`stroke-opacity`],[`strokeWidth`,`stroke-width`],[`textAnchor`,`text-anchor`],[`textDecoration`,`text-decoration`],[`textRendering`,`text-rendering`],[`transformOrigin`,`transform-origin`],[`underlinePosition`,`underline-position`],[`underlineThickness`,`underline-thickness`],[`unicodeBidi`,`unicode-bidi`],[`unicodeRange`,`unicode-range`],[`unitsPerEm`,`units-per-em`],[`vAlphabetic`,`v-alphabetic`],[`vHanging`,`v-hanging`],[`vIdeographic`,`v-ideographic`],[`vMathematical`,`v-mathematical`],[`vectorEffect`,`vector-effect`],[`vertAdvY`,`vert-adv-y`],[`vertOriginX`,`vert-origin-x`],[`vertOriginY`,`vert-origin-y`],[`wordSpacing`,`word-spacing`],[`writingMode`,`writing-mode`],[`xmlnsXlink`,`xmlns:xlink`],[`xHeight`,`x-height`]]),wn=/^[\u0000-\u001F ]*j[\r\n\t]*a[\r\n\t]*v[\r\n\t]*a[\r\n\t]*s[\r\n\t]*c[\r\n\t]*r[\r\n\t]*i[\r\n\t]*p[\r\n\t]*t[\r\n\t]*:/i;function Tn(e){return wn.test(``+e)?`javascript:throw new Error('React has blocked a javascript: URL as a security precaution.')`:e}function En(){}var Dn=null;function On(e){return e=e.target||e.srcElement||window,e.correspondingUseElement&&(e=e.correspondingUseElement),e.nodeType===3?e.parentNode:e}var kn=null,An=null;function jn(e){var t=Ht(e);if(t&&(e=t.stateNode)){var n=e[Mt]||null;a:switch(e=t.stateNode,t.type){case`input`:if(pn(e,n.value,n.defaultValue,n.defaultValue,n.checked,n.defaultChecked,n.type,n.name),t=n.name,n.type===`radio`&&t!=null){for(n=e;n.parentNode;)n=n.parentNode;for(n=n.querySelectorAll(`input[name="`+fn(``+t)+`"][type="radio"]`),t=0;t<n.length;t++){var r=n[t];if(r!==e&&r.form===e.form){var i=r[Mt]||null;if(!i)throw Error(s(90));pn(r,i.value,i.defaultValue,i.defaultValue,i.checked,i.defaultChecked,i.type,i.name)}}for(t=0;t<n.length;t++)r=n[t],r.form===e.form&&un(r)}break a;case`textarea`:_n(e,n.value,n.defaultValue);break a;case`select`:t=n.value,t!=null&&gn(e,!!n.multiple,t,!1)}}}var Mn=!1;function Nn(e,t,n){if(Mn)return e(t,n);Mn=!0;try{return e(t)}finally{if(Mn=!1,(kn!==null||An!==null)&&(zd(),kn&&(t=kn,e=An,An=kn=null,jn(t),e)))for(t=0;t<e.length;t++)jn(e[t])}}function Pn(e,t){var n=e.stateNode;if(n===null)return null;var r=n[Mt]||null;if(r===null)return null;n=r[t];a:switch(t){case`onClick`:case`onClickCapture`:case`onDoubleClick`:case`onDoubleClickCapture`:case`onMouseDown`:case`onMouseDownCapture`:case`onMouseMove`:case`onMouseMoveCapture`:case`onMouseUp`:case`onMouseUpCapture`:case`onMouseEnter`:(r=!r.disabled)||(e=e.type,r=e!==`button`&&e!==`input`&&e!==`select`&&e!==`textarea`),e=!r;break a;default:e=!1}if(e)return null;if(n&&typeof n!=`function`)throw Error(s(231,t,typeof n));return n}var Fn=typeof window<`u`&&window.document!==void 0&&window.document.createElement!==void 0,In=!1;if(Fn)try{var Ln={};Object.defineProperty(Ln,"passive",{get:function(){In=!0}}),window.addEventListener(`test`,Ln,Ln),window.removeEventListener(`test`,Ln,Ln)}catch{In=!1}var Rn=null,zn=null,Bn=null;function Vn(){if(Bn)return Bn;var e,t=zn,n=t.length,r,i=`value`in Rn?Rn.value:Rn.textContent,a=i.length;for(e=0;e<n&&t[e]===i[e];e++);var o=n-e;for(r=1;r<=o&&t[n-r]===i[a-r];r++);return Bn=i.slice(e,1<r?1-r:void 0)}function Hn(e){var t=e.keyCode;return`charCode`in e?(e=e.charCode,e===0&&t===13&&(e=13)):e=t,e===10&&(e=13),32<=e||e===13?e:0}function Un(){return!0}function Wn(){return!1}function Gn(e){function t(t,n,r,i,a){for(var o in this._reactName=t,this._targetInst=r,this.type=n,this.nativeEvent=i,this.target=a,this.currentTarget=null,e)e.hasOwnProperty(o)&&(t=e[o],this[o]=t?t(i):i[o]);return this.isDefaultPrevented=(i.defaultPrevented==null?!1===i.returnValue:i.defaultPrevented)?Un:Wn,this.isPropagationStopped=Wn,this}return T(t.prototype,{preventDefault:function(){this.defaultPrevented=!0;var e=this.nativeEvent;e&&(e.preventDefault?e.preventDefault():typeof e.returnValue!=`unknown`&&(e.returnValue=!1),this.isDefaultPrevented=Un)},stopPropagation:function(){var e=this.nativeEvent;e&&(e.stopPropagation?e.stopPropagation():typeof e.cancelBubble!=`unknown`&&(e.cancelBubble=!0),this.isPropagationStopped=Un)},persist:function(){},isPersistent:Un}),t}var Kn={eventPhase:0,bubbles:0,cancelable:0,timeStamp:function(e){return e.timeStamp||Date.now()},defaultPrevented:0,isTrusted:0},qn=Gn(Kn),Jn=T({},Kn,{view:0,detail:0}),Yn=Gn(Jn),Xn,Zn,Qn,$n=T({},Jn,{screenX:0,screenY:0,clientX:0,clientY:0,pageX:0,pageY:0,ctrlKey:0,shiftKey:0,altKey:0,metaKey:0,getModifierState:ur,button:0,buttons:0,relatedTarget:function(e){return e.relatedTarget===void 0?e.fromElement===e.srcElement?e.toElement:e.fromElement:e.relatedTarget},movementX:function(e){return`movementX`in e?e.movementX:(e!==Qn&&(Qn&&e.type===`mousemove`?(Xn=e.screenX-Qn.screenX,Zn=e.screenY-Qn.screenY):Zn=Xn=0,Qn=e),Xn)},movementY:function(e){return`movementY`in e?e.movementY:Zn}}),er=Gn($n),tr=Gn(T({},$n,{dataTransfer:0})),nr=Gn(T({},Jn,{relatedTarget:0})),rr=Gn(T({},Kn,{animationName:0,elapsedTime:0,pseudoElement:0})),ir=Gn(T({},Kn,{clipboardData:function(e){return`clipboardData`in e?e.clipboardData:window.clipboardData}})),ar=Gn(T({},Kn,{data:0})),or={Esc:`Escape`,Spacebar:` `,Left:`ArrowLeft`,Up:`ArrowUp`,Right:`ArrowRight`,Down:`ArrowDown`,Del:`Delete`,Win:`OS`,Menu:`ContextMenu`,Apps:`ContextMenu`,Scroll:`ScrollLock`,MozPrintableKey:`Unidentified`},sr={8:`Backspace`,9:`Tab`,12:`Clear`,13:`Enter`,16:`Shift`,17:`Control`,18:`Alt`,19:`Pause`,20:`CapsLock`,27:`Escape`,32:` `,33:`PageUp`,34:`PageDown`,35:`End`,36:`Home`,37:`ArrowLeft`,38:`ArrowUp`,39:`ArrowRight`,40:`ArrowDown`,45:`Insert`,46:`Delete`,112:`F1`,113:`F2`,114:`F3`,115:`F4`,116:`F5`,117:`F6`,118:`F7`,119:`F8`,120:`F9`,121:`F10`,122:`F11`,123:`F12`,144:`NumLock`,145:`ScrollLock`,224:`Meta`},cr={Alt:`altKey`,Control:`ctrlKey`,Meta:`metaKey`,Shift:`shiftKey`};function lr(e){var t=this.nativeEvent;return t.getModifierState?t.getModifierState(e):(e=cr[e])?!!t[e]:!1}function ur(){return lr}var dr=Gn(T({},Jn,{key:function(e){if(e.key){var t=or[e.key]||e.key;if(t!==`Unidentified`)return t}return e.type===`keypress`?(e=Hn(e),e===13?`Enter`:String.fromCharCode(e)):e.type===`keydown`||e.type===`keyup`?sr[e.keyCode]||`Unidentified`:``},code:0,location:0,ctrlKey:0,shiftKey:0,altKey:0,metaKey:0,repeat:0,locale:0,getModifierState:ur,charCode:function(e){return e.type===`keypress`?Hn(e):0},keyCode:function(e){return e.type===`keydown`||e.type===`keyup`?e.keyCode:0},which:function(e){return e.type===`keypress`?Hn(e):e.type===`keydown`||e.type===`keyup`?e.keyCode:0}})),fr=Gn(T({},$n,{pointerId:0,width:0,height:0,pressure:0,tangentialPressure:0,tiltX:0,tiltY:0,twist:0,pointerType:0,isPrimary:0})),pr=Gn(T({},Kn,{submitter:0})),mr=Gn(T({},Jn,{touches:0,targetTouches:0,changedTouches:0,altKey:0,metaKey:0,ctrlKey:0,shiftKey:0,getModifierState:ur})),hr=Gn(T({},Kn,{propertyName:0,elapsedTime:0,pseudoElement:0})),gr=Gn(T({},$n,{deltaX:function(e){return`deltaX`in e?e.deltaX:`wheelDeltaX`in e?-e.wheelDeltaX:0},deltaY:function(e){return`deltaY`in e?e.deltaY:`wheelDeltaY`in e?-e.wheelDeltaY:`wheelDelta`in e?-e.wheelDelta:0},deltaZ:0,deltaMode:0})),_r=Gn(T({},Kn,{newState:0,oldState:0,source:0})),vr=[9,13,27,32],yr=Fn&&`CompositionEvent`in window,br=null;Fn&&`documentMode`in document&&(br=document.documentMode);var xr=Fn&&`TextEvent`in window&&!br,Sr=Fn&&(!yr||br&&8<br&&11>=br),Cr=` `,wr=!1;function Tr(e,t){switch(e){case`keyup`:return vr.indexOf(t.keyCode)!==-1;case`keydown`:return t.keyCode!==229;case`keypress`:case`mousedown`:case`focusout`:return!0;default:return!1}}function Er(e){return e=e.detail,typeof e==`object`&&`data`in e?e.data:null}var Dr=!1;function Or(e,t){switch(e){case`compositionend`:return Er(t);case`keypress`:return t.which===32?(wr=!0,Cr):null;case`textInput`:return e=t.data,e===Cr&&wr?null:e;default:return null}}function kr(e,t){if(Dr)return e===`compositionend`||!yr&&Tr(e,t)?(e=Vn(),Bn=zn=Rn=null,Dr=!1,e):null;switch(e){case`paste`:return null;case`keypress`:if(!(t.ctrlKey||t.altKey||t.metaKey)||t.ctrlKey&&t.altKey){if(t.char&&1<t.char.length)return t.char;if(t.which)return String.fromCharCode(t.which)}return null;case`compositionend`:return Sr&&t.locale!==`ko`?null:t.data;default:return null}}var Ar={color:!0,date:!0,datetime:!0,"datetime-local":!0,email:!0,month:!0,number:!0,password:!0,range:!0,search:!0,tel:!0,text:!0,time:!0,url:!0,week:!0};function jr(e){var t=e&&e.nodeName&&e.nodeName.toLowerCase();return t===`input`?!!Ar[e.type]:t===`textarea`}function Mr(e,t,n,r){kn?An?An.push(r):An=[r]:kn=r,t=Jf(t,`onChange`),0<t.length&&(n=new qn(`onChange`,`change`,null,n,r),e.push({event:n,listeners:t}))}var Nr=null,Pr=null;function Fr(e){Vf(e,0)}function Ir(e){if(un(Ut(e)))return e}function Lr(e,t){if(e===`change`)return t}var Rr=!1;if(Fn){var zr;if(Fn){var Br=`oninput`in document;if(!Br){var Vr=document.createElement(`div`);Vr.setAttribute(`oninput`,`return;`),Br=typeof Vr.oninput==`function`}zr=Br}else zr=!1;Rr=zr&&(!document.documentMode||9<document.documentMode)}function Hr(){Nr&&(Nr.detachEvent(`onpropertychange`,Ur),Pr=Nr=null)}function Ur(e){if(e.propertyName===`value`&&Ir(Pr)){var t=[];Mr(t,Pr,e,On(e)),Nn(Fr,t)}}function Wr(e,t,n){e===`focusin`?(Hr(),Nr=t,Pr=n,Nr.attachEvent(`onpropertychange`,Ur)):e===`focusout`&&Hr()}function Gr(e){if(e===`selectionchange`||e===`keyup`||e===`keydown`)return Ir(Pr)}function Kr(e,t){if(e===`click`)return Ir(t)}function qr(e,t){if(e===`input`||e===`change`)return Ir(t)}function Jr(e,t){return e===t&&(e!==0||1/e==1/t)||e!==e&&t!==t}var Yr=typeof Object.is==`function`?Object.is:Jr;function Xr(e,t){if(Yr(e,t))return!0;if(typeof e!=`object`||!e||typeof t!=`object`||!t)return!1;var n=Object.keys(e),r=Object.keys(t);if(n.length!==r.length)return!1;for(r=0;r<n.length;r++){var i=n[r];if(!We.call(t,i)||!Yr(e[i],t[i]))return!1}return!0}function Zr(e){if(e||=typeof document<`u`?document:void 0,e===void 0)return null;try{return e.activeElement||e.body}catch{return e.body}}function Qr(e){for(;e&&e.firstChild;)e=e.firstChild;return e}function $r(e,t){var n=Qr(e);e=0;for(var r;n;){if(n.nodeType===3){if(r=e+n.textContent.length,e<=t&&r>=t)return{node:n,offset:t-e};e=r}a:{for(;n;){if(n.nextSibling){n=n.nextSibling;break a}n=n.parentNode}n=void 0}n=Qr(n)}}function ei(e,t){return e&&t?e===t?!0:e&&e.nodeType===3?!1:t&&t.nodeType===3?ei(e,t.parentNode):`contains`in e?e.contains(t):e.compareDocumentPosition?!!(e.compareDocumentPosition(t)&16):!1:!1}function ti(e){e=e!=null&&e.ownerDocument!=null&&e.ownerDocument.defaultView!=null?e.ownerDocument.defaultView:window;for(var t=Zr(e.document);t instanceof e.HTMLIFrameElement;){try{var n=typeof t.contentWindow.location.href==`string`}catch{n=!1}if(n)e=t.contentWindow;else break;t=Zr(e.document)}return t}function ni(e){var t=e&&e.nodeName&&e.nodeName.toLowerCase();return t&&(t===`input`&&(e.type===`text`||e.type===`search`||e.type===`tel`||e.type===`url`||e.type===`password`)||t===`textarea`||e.contentEditable===`true`)}var ri=Fn&&`documentMode`in document&&11>=document.documentMode,ii=null,ai=null,oi=null,si=!1;function ci(e,t,n){var r=n.window===n?n.document:n.nodeType===9?n:n.ownerDocument;si||ii==null||ii!==Zr(r)||(r=ii,`selectionStart`in r&&ni(r)?r={start:r.selectionStart,end:r.selectionEnd}:(r=(r.ownerDocument&&r.ownerDocument.defaultView||window).getSelection(),r={anchorNode:r.anchorNode,anchorOffset:r.anchorOffset,focusNode:r.focusNode,focusOffset:r.focusOffset}),oi&&Xr(oi,r)||(oi=r,r=Jf(ai,`onSelect`),0<r.length&&(t=new qn(`onSelect`,`select`,null,t,n),e.push({event:t,listeners:r}),t.target=ii)))}function li(e,t){var n={};return n[e.toLowerCase()]=t.toLowerCase(),n[`Webkit`+e]=`webkit`+t,n[`Moz`+e]=`moz`+t,n}var ui={animationend:li(`Animation`,`AnimationEnd`),animationiteration:li(`Animation`,`AnimationIteration`),animationstart:li(`Animation`,`AnimationStart`),transitionrun:li(`Transition`,`TransitionRun`),transitionstart:li(`Transition`,`TransitionStart`),transitioncancel:li(`Transition`,`TransitionCancel`),transitionend:li(`Transition`,`TransitionEnd`)},di={},M={};Fn&&(M=document.createElement(`div`).style,`AnimationEvent`in window||(delete ui.animationend.animation,delete ui.animationiteration.animation,delete ui.animationstart.animation),`TransitionEvent`in window||delete ui.transitionend.transition);function N(e){if(di[e])return di[e];if(!ui[e])return e;var t=ui[e],n;for(n in t)if(t.hasOwnProperty(n)&&n in M)return di[e]=t[n];return e}var fi=N(`animationend`),pi=N(`animationiteration`),mi=N(`animationstart`),hi=N(`transitionrun`),gi=N(`transitionstart`),_i=N(`transitioncancel`),P=N(`transitionend`),vi=new Map,yi=`abort auxClick beforeToggle cancel canPlay canPlayThrough click close contextMenu copy cut drag dragEnd dragEnter dragExit dragLeave dragOver dragStart drop durationChange emptied encrypted ended error fullscreenChange fullscreenError gotPointerCapture input invalid keyDown keyPress keyUp load loadedData loadedMetadata loadStart lostPointerCapture mouseDown mouseMove mouseOut mouseOver mouseUp paste pause play playing pointerCancel pointerDown pointerMove pointerOut pointerOver pointerUp progress rateChange reset resize seeked seeking stalled submit suspend timeUpdate touchCancel touchEnd touchStart volumeChange scroll toggle touchMove waiting wheel`.split(` `);yi.push(`scrollEnd`);function bi(e,t){vi.set(e,t),Yt(t,[e])}var xi=0;function Si(e,t){if(e.name!=null&&e.name!==`auto`)return e.name;if(t.autoName!==null)return t.autoName;e=bd.identifierPrefix;var n=xi++;return e=`_`+e+`t_`+n.toString(32)+`_`,t.autoName=e}function Ci(e){if(e==null||typeof e==`string`)return e;var t=null,n=Od;if(n!==null)for(var r=0;r<n.length;r++){var i=e[n[r]];if(i!=null){if(i===`none`)return`none`;t=t==null?i:t+(` `+i)}}return t??e.default}function wi(e,t){return e=Ci(e),t=Ci(t),t==null?e===`auto`?null:e:t===`auto`?null:t}var Ti=typeof reportError==`function`?reportError:function(e){if(typeof window==`object`&&typeof window.ErrorEvent==`function`){var t=new window.ErrorEvent(`error`,{bubbles:!0,cancelable:!0,message:typeof e==`object`&&e&&typeof e.message==`string`?String(e.message):String(e),error:e});if(!window.dispatchEvent(t))return}else if(typeof process==`object`&&typeof process.emit==`function`){process.emit(`uncaughtException`,e);return}console.error(e)},Ei=[],Di=0,Oi=0;function ki(){for(var e=Di,t=Oi=Di=0;t<e;){var n=Ei[t];Ei[t++]=null;var r=Ei[t];Ei[t++]=null;var i=Ei[t];Ei[t++]=null;var a=Ei[t];if(Ei[t++]=null,r!==null&&i!==null){var o=r.pending;o===null?i.next=i:(i.next=o.next,o.next=i),r.pending=i}a!==0&&Ni(n,i,a)}}function Ai(e,t,n,r){Ei[Di++]=e,Ei[Di++]=t,Ei[Di++]=n,Ei[Di++]=r,Oi|=r,e.lanes|=r,e=e.alternate,e!==null&&(e.lanes|=r)}function ji(e,t,n,r){return Ai(e,t,n,r),Pi(e)}function Mi(e,t){return Ai(e,null,null,t),Pi(e)}function Ni(e,t,n){e.lanes|=n;var r=e.alternate;r!==null&&(r.lanes|=n);for(var i=!1,a=e.return;a!==null;)a.childLanes|=n,r=a.alternate,r!==null&&(r.childLanes|=n),a.tag===22&&(e=a.stateNode,e===null||e._visibility&1||(i=!0)),e=a,a=a.return;return e.tag===3?(a=e.stateNode,i&&t!==null&&(i=31-st(n),e=a.hiddenUpdates,r=e[i],r===null?e[i]=[t]:r.push(t),t.lane=n|536870912),a):null}function Pi(e){if(50<kd)throw kd=0,Ad=null,Error(s(185));for(var t=e.return;t!==null;)e=t,t=e.return;return e.tag===3?e.stateNode:null}var Fi={};function Ii(e,t,n,r){this.tag=e,this.key=n,this.sibling=this.child=this.return=this.stateNode=this.type=this.elementType=null,this.index=0,this.refCleanup=this.ref=null,this.pendingProps=t,this.dependencies=this.memoizedState=this.updateQueue=this.memoizedProps=null,this.mode=r,this.subtreeFlags=this.flags=0,this.deletions=null,this.childLanes=this.lanes=0,this.alternate=null}function Li(e,t,n,r){return new Ii(e,t,n,r)}function Ri(e){return e=e.prototype,!(!e||!e.isReactComponent)}function zi(e,t){var n=e.alternate;return n===null?(n=Li(e.tag,t,e.key,e.mode),n.elementType=e.elementType,n.type=e.type,n.stateNode=e.stateNode,n.alternate=e,e.alternate=n):(n.pendingProps=t,n.type=e.type,n.flags=0,n.subtreeFlags=0,n.deletions=null),n.flags=e.flags&1206910976,n.childLanes=e.childLanes,n.lanes=e.lanes,n.child=e.child,n.memoizedProps=e.memoizedProps,n.memoizedState=e.memoizedState,n.updateQueue=e.updateQueue,t=e.dependencies,n.dependencies=t===null?null:{lanes:t.lanes,firstContext:t.firstContext},n.sibling=e.sibling,n.index=e.index,n.ref=e.ref,n.refCleanup=e.refCleanup,n}function F(e,t){e.flags&=1206910978;var n=e.alternate;return n===null?(e.childLanes=0,e.lanes=t,e.child=null,e.subtreeFlags=0,e.memoizedProps=null,e.memoizedState=null,e.updateQueue=null,e.dependencies=null,e.stateNode=null):(e.childLanes=n.childLanes,e.lanes=n.lanes,e.child=n.child,e.subtreeFlags=0,e.deletions=null,e.memoizedProps=n.memoizedProps,e.memoizedState=n.memoizedState,e.updateQueue=n.updateQueue,e.type=n.type,t=n.dependencies,e.dependencies=t===null?null:{lanes:t.lanes,firstContext:t.firstContext}),e}function Bi(e,t,n,r,i,a){var o=0;if(r=e,typeof r==`function`)Ri(r)&&(o=1);else if(typeof r==`string`)o=qm(e,n,ke.current)?26:e===`html`||e===`head`||e===`body`?27:5;else a:switch(r){case he:return e=Li(31,n,t,i),e.elementType=he,e.lanes=a,e;case ae:return Vi(n.children,i,a,t);case oe:o=8,i|=24;break;case se:return e=Li(12,n,t,i|2),e.elementType=se,e.lanes=a,e;case de:return e=Li(13,n,t,i),e.elementType=de,e.lanes=a,e;case fe:return e=Li(19,n,t,i),e.elementType=fe,e.lanes=a,e;case ge:case ve:return e=i|32,e=Li(30,n,t,e),e.elementType=ve,e.lanes=a,e.stateNode={autoName:null,paired:null,clones:null,ref:null},e;default:if(typeof r==`object`&&r)switch(r.$$typeof){case le:o=10;break a;case ce:o=9;break a;case ue:o=11;break a;case pe:o=14;break a;case me:o=16,r=null;break a}o=29,n=Error(s(130,e===null?`null`:typeof e,``)),r=null}return t=Li(o,n,t,i),t.elementType=e,t.type=r,t.lanes=a,t}function Vi(e,t,n,r){return e=Li(7,e,r,t),e.lanes=n,e}function Hi(e,t,n){return e=Li(6,e,null,t),e.lanes=n,e}function Ui(e){var t=Li(18,null,null,0);return t.stateNode=e,t}function Wi(e,t,n){return t=Li(4,e.children===null?[]:e.children,e.key,t),t.lanes=n,t.stateNode={containerInfo:e.containerInfo,pendingChildren:null,implementation:e.implementation},t}var Gi=new WeakMap;function I(e,t){if(typeof e==`object`&&e){var n=Gi.get(e);return n===void 0?(t={value:e,source:t,stack:Ue(t)},Gi.set(e,t),t):n}return{value:e,source:t,stack:Ue(t)}}var Ki=[],qi=0,L=null,Ji=0,Yi=[],R=0,Xi=null,Zi=1,Qi=``;function $i(e,t){Ki[qi++]=Ji,Ki[qi++]=L,L=e,Ji=t}function ea(e,t,n){Yi[R++]=Zi,Yi[R++]=Qi,Yi[R++]=Xi,Xi=e;var r=Zi;e=Qi;var i=32-st(r)-1;r&=~(1<<i),n+=1;var a=32-st(t)+i;if(30<a){var o=i-i%5;a=(r&(1<<o)-1).toString(32),r>>=o,i-=o,Zi=1<<32-st(t)+i|n<<i|r,Qi=a+e}else Zi=1<<a|n<<i|r,Qi=e}function ta(e){e.return!==null&&($i(e,1),ea(e,1,0))}function na(e){for(;e===L;)L=Ki[--qi],Ki[qi]=null,Ji=Ki[--qi],Ki[qi]=null;for(;e===Xi;)Xi=Yi[--R],Yi[R]=null,Qi=Yi[--R],Yi[R]=null,Zi=Yi[--R],Yi[R]=null}function ra(e,t){Yi[R++]=Zi,Yi[R++]=Qi,Yi[R++]=Xi,Zi=t.id,Qi=t.overflow,Xi=e}var ia=null,z=null,B=!1,aa=null,oa=!1,sa=Error(s(519));function ca(e){throw ma(I(Error(s(418,1<arguments.length&&arguments[1]!==void 0&&arguments[1]?`text`:`HTML`,``)),e)),sa}function la(e){var t=e.stateNode,n=e.type,r=e.memoizedProps;switch(t[jt]=e,t[Mt]=r,n){case`dialog`:Q(`cancel`,t),Q(`close`,t);break;case`iframe`:case`object`:case`embed`:Q(`load`,t);break;case`video`:case`audio`:for(n=0;n<zf.length;n++)Q(zf[n],t);break;case`source`:Q(`error`,t);break;case`img`:case`image`:case`link`:Q(`error`,t),Q(`load`,t);break;case`details`:Q(`toggle`,t);break;case`input`:Q(`invalid`,t),mn(t,r.value,r.defaultValue,r.checked,r.defaultChecked,r.type,r.name,!0);break;case`select`:Q(`invalid`,t);break;case`textarea`:Q(`invalid`,t),vn(t,r.value,r.defaultValue,r.children)}n=r.children,typeof n!=`string`&&typeof n!=`number`&&typeof n!=`bigint`||t.textContent===``+n||!0===r.suppressHydrationWarning||ep(t.textContent,n)?(r.popover!=null&&(Q(`beforetoggle`,t),Q(`toggle`,t)),r.onScroll!=null&&Q(`scroll`,t),r.onScrollEnd!=null&&Q(`scrollend`,t),r.onClick!=null&&(t.onclick=En),t=!0):t=!1,t||ca(e,!0)}function ua(e){for(ia=e.return;ia;)switch(ia.tag){case 5:case 31:case 13:oa=!1;return;case 27:case 3:oa=!0;return;default:ia=ia.return}}function da(e){if(e!==ia)return!1;if(!B)return ua(e),B=!0,!1;var t=e.tag,n;if((n=t!==3&&t!==27)&&((n=t===5)&&(n=e.type,n=n===`form`||n===`button`||pp(e.type,e.memoizedProps)),n=!n),n&&z&&ca(e),ua(e),t===13){if(e=e.memoizedState,e=e===null?null:e.dehydrated,!e)throw Error(s(317));z=dm(e)}else if(t===31){if(e=e.memoizedState,e=e===null?null:e.dehydrated,!e)throw Error(s(317));z=dm(e)}else t===27?(t=z,Sp(e.type)?(e=um,um=null,z=e):z=t):z=ia?lm(e.stateNode.nextSibling):null;return!0}function fa(){z=ia=null,B=!1}function pa(){var e=aa;return e!==null&&(fd===null?fd=e:fd.push.apply(fd,e),aa=null),e}function ma(e){aa===null?aa=[e]:aa.push(e)}var ha=O(null),ga=null,_a=null;function va(e,t,n){k(ha,t._currentValue),t._currentValue=n}function ya(e){e._currentValue=ha.current,Oe(ha)}function ba(e,t,n){for(;e!==null;){var r=e.alternate;if((e.childLanes&t)===t?r!==null&&(r.childLanes&t)!==t&&(r.childLanes|=t):(e.childLanes|=t,r!==null&&(r.childLanes|=t)),e===n)break;e=e.return}}function xa(e,t,n,r){var i=e.child;for(i!==null&&(i.return=e);i!==null;){var a=i.dependencies;if(a!==null){var o=i.child;a=a.firstContext;a:for(;a!==null;){var c=a;a=i;for(var l=0;l<t.length;l++)if(c.context===t[l]){a.lanes|=n,c=a.alternate,c!==null&&(c.lanes|=n),ba(a.return,n,e),r||(o=null);break a}a=c.next}}else if(i.tag===18){if(o=i.return,o===null)throw Error(s(341));o.lanes|=n,a=o.alternate,a!==null&&(a.lanes|=n),ba(o,n,e),o=null}else i.tag===13&&i.memoizedState!==null&&i.memoizedState.dehydrated===null?(i.lanes|=n,o=i.alternate,o!==null&&(o.lanes|=n),ba(i.return,n,e),o=i.child,o=o===null?null:o.sibling):o=i.child;if(o!==null)o.return=i;else for(o=i;o!==null;){if(o===e){o=null;break}if(i=o.sibling,i!==null){i.return=o.return,o=i;break}o=o.return}i=o}}function Sa(e,t,n,r){e=null;for(var i=t,a=!1;i!==null;){if(!a){if(i.flags&524288)a=!0;else if(i.flags&262144)break}if(i.tag===10){var o=i.alternate;if(o===null)throw Error(s(387));if(o=o.memoizedProps,o!==null){var c=i.type;Yr(i.pendingProps.value,o.value)||(e===null?e=[c]:e.push(c))}}else if(i===Me.current){if(o=i.alternate,o===null)throw Error(s(387));o.memoizedState.memoizedState!==i.memoizedState.memoizedState&&(e===null?e=[sh]:e.push(sh))}i=i.return}return e!==null&&xa(t,e,n,r),t.flags|=262144,e!==null}function Ca(e){for(e=e.firstContext;e!==null;){if(!Yr(e.context._currentValue,e.memoizedValue))return!0;e=e.next}return!1}function wa(e){ga=e,_a=null,e=e.dependencies,e!==null&&(e.firstContext=null)}function Ta(e){return Da(ga,e)}function Ea(e,t){return ga===null&&wa(e),Da(e,t)}function Da(e,t){var n=t._currentValue;if(t={context:t,memoizedValue:n,next:null},_a===null){if(e===null)throw Error(s(308));_a=t,e.dependencies={lanes:0,firstContext:t},e.flags|=524288}else _a=_a.next=t;return n}var Oa=typeof AbortController<`u`?AbortController:function(){var e=[],t=this.signal={aborted:!1,addEventListener:function(t,n){e.push(n)}};this.abort=function(){t.aborted=!0,e.forEach(function(e){return e()})}},ka=t.unstable_scheduleCallback,Aa=t.unstable_NormalPriority,ja={$$typeof:le,Consumer:null,Provider:null,_currentValue:null,_currentValue2:null,_threadCount:0};function Ma(){return{controller:new Oa,data:new Map,refCount:0}}function Na(e){e.refCount--,e.refCount===0&&ka(Aa,function(){e.controller.abort()})}function Pa(e,t){if(e.pendingLanes&4194048){var n=e.transitionTypes;for(n===null&&(n=e.transitionTypes=[]),e=0;e<t.length;e++){var r=t[e];n.indexOf(r)===-1&&n.push(r)}}}var Fa=null;function Ia(e){var t=e.transitionTypes;return e.transitionTypes=null,t}var La=null,Ra=0,za=0,Ba=null;function Va(e,t){if(La===null){var n=La=[];Ra=0,za=Pf(),Ba={status:`pending`,value:void 0,then:function(e){n.push(e)}}}return Ra++,t.then(Ha,Ha),t}function Ha(){if(--Ra===0&&(Fa=null,La!==null)){Ba!==null&&(Ba.status=`fulfilled`);var e=La;La=null,za=0,Ba=null;for(var t=0;t<e.length;t++)(0,e[t])()}}function Ua(e,t){var n=[],r={status:`pending`,value:null,reason:null,then:function(e){n.push(e)}};return e.then(function(){r.status=`fulfilled`,r.value=t;for(var e=0;e<n.length;e++)(0,n[e])(t)},function(e){for(r.status=`rejected`,r.reason=e,e=0;e<n.length;e++)(0,n[e])(void 0)}),r}var Wa=E.S;E.S=function(e,t){if(hd=Ye(),typeof t==`object`&&t&&typeof t.then==`function`&&Va(e,t),Fa!==null)for(var n=bf;n!==null;)Pa(n,Fa),n=n.next;if(n=e.types,n!==null){for(var r=bf;r!==null;)Pa(r,n),r=r.next;if(za!==0){r=Fa,r===null&&(r=Fa=[]);for(var i=0;i<n.length;i++){var a=n[i];r.indexOf(a)===-1&&r.push(a)}}}Wa!==null&&Wa(e,t)};var Ga=O(null);function Ka(){var e=Ga.current;return e===null?q.pooledCache:e}function qa(e,t){t===null?k(Ga,Ga.current):k(Ga,t.pool)}function Ja(){var e=Ka();return e===null?null:{parent:ja._currentValue,pool:e}}var Ya=Error(s(460)),Xa=Error(s(474)),Za=Error(s(542)),Qa={then:function(){}};function $a(e){return e=e.status,e===`fulfilled`||e===`rejected`}function eo(e,t,n){switch(n=e[n],n===void 0?e.push(t):n!==t&&(t.then(En,En),t=n),t.status){case`fulfilled`:return t.value;case`rejected`:throw e=t.reason,io(e),e===void 0&&!(`reason`in t)?Error(s(600)):e;default:if(typeof t.status==`string`)t.then(En,En);else{if(e=q,e!==null&&100<e.shellSuspendCounter)throw Error(s(482));e=t,e.status=`pending`,e.then(function(e){if(t.status===`pending`){var n=t;n.status=`fulfilled`,n.value=e}},function(e){if(t.status===`pending`){var n=t;n.status=`rejected`,n.reason=e}})}switch(t.status){case`fulfilled`:return t.value;case`rejected`:throw e=t.reason,io(e),e}throw no=t,Ya}}function to(e){try{var t=e._init;return t(e._payload)}catch(e){throw typeof e==`object`&&e&&typeof e.then==`function`?(no=e,Ya):e}}var no=null;function ro(){if(no===null)throw Error(s(459));var e=no;return no=null,e}function io(e){if(e===Ya||e===Za)throw Error(s(483))}var ao=null,oo=0;function so(e){var t=oo;return oo+=1,ao===null&&(ao=[]),eo(ao,e,t)}function co(e,t){t=t.props.ref,e.ref=t===void 0?null:t}function lo(e,t){throw t.$$typeof===ne?Error(s(525)):(e=Object.prototype.toString.call(t),Error(s(31,e===`[object Object]`?`object with keys {`+Object.keys(t).join(`, `)+`}`:e)))}function uo(e){function t(t,n){if(e){var r=t.deletions;r===null?(t.deletions=[n],t.flags|=16):r.push(n)}}function n(n,r){if(!e)return null;for(;r!==null;)t(n,r),r=r.sibling;return null}function r(e){for(var t=new Map;e!==null;)e.key===null?t.set(e.index,e):t.set(e.key,e),e=e.sibling;return t}function i(e,t){return e=zi(e,t),e.index=0,e.sibling=null,e}function a(t,n,r){return t.index=r,e?(r=t.alternate,r===null?(t.flags|=134217730,n):(r=r.index,r<n?(t.flags|=2,n):r)):(t.flags|=1048576,n)}function o(t){return e&&t.alternate===null&&(t.flags|=134217730),t}function c(e,t,n,r){return t===null||t.tag!==6?(t=Hi(n,e.mode,r),t.return=e,t):(t=i(t,n),t.return=e,t)}function l(e,t,n,r){var a=n.type;return a===ae?(e=d(e,t,n.props.children,r,n.key),co(e,n),e):t!==null&&(t.elementType===a||typeof a==`object`&&a&&a.$$typeof===me&&to(a)===t.type)?(t=i(t,n.props),co(t,n),t.return=e,t):(t=Bi(n.type,n.key,n.props,null,e.mode,r),co(t,n),t.return=e,t)}function u(e,t,n,r){return t===null||t.tag!==4||t.stateNode.containerInfo!==n.containerInfo||t.stateNode.implementation!==n.implementation?(t=Wi(n,e.mode,r),t.return=e,t):(t=i(t,n.children||[]),t.return=e,t)}function d(e,t,n,r,a){return t===null||t.tag!==7?(t=Vi(n,e.mode,r,a),t.return=e,t):(t=i(t,n),t.return=e,t)}function f(e,t,n){if(typeof t==`string`&&t!==``||typeof t==`number`||typeof t==`bigint`)return t=Hi(``+t,e.mode,n),t.return=e,t;if(typeof t==`object`&&t){switch(t.$$typeof){case re:return n=Bi(t.type,t.key,t.props,null,e.mode,n),co(n,t),n.return=e,n;case ie:return t=Wi(t,e.mode,n),t.return=e,t;case me:return t=to(t),f(e,t,n)}if(we(t)||xe(t))return t=Vi(t,e.mode,n,null),t.return=e,t;if(typeof t.then==`function`)return f(e,so(t),n);if(t.$$typeof===le)return f(e,Ea(e,t),n);lo(e,t)}return null}function p(e,t,n,r){var i=t===null?null:t.key;if(typeof n==`string`&&n!==``||typeof n==`number`||typeof n==`bigint`)return i===null?c(e,t,``+n,r):null;if(typeof n==`object`&&n){switch(n.$$typeof){case re:return n.key===i?l(e,t,n,r):null;case ie:return n.key===i?u(e,t,n,r):null;case me:return n=to(n),p(e,t,n,r)}if(we(n)||xe(n))return i===null?d(e,t,n,r,null):null;if(typeof n.then==`function`)return p(e,t,so(n),r);if(n.$$typeof===le)return p(e,t,Ea(e,n),r);lo(e,n)}return null}function m(e,t,n,r,i){if(typeof r==`string`&&r!==``||typeof r==`number`||typeof r==`bigint`)return e=e.get(n)||null,c(t,e,``+r,i);if(typeof r==`object`&&r){switch(r.$$typeof){case re:return e=e.get(r.key===null?n:r.key)||null,l(t,e,r,i);case ie:return e=e.get(r.key===null?n:r.key)||null,u(t,e,r,i);case me:return r=to(r),m(e,t,n,r,i)}if(we(r)||xe(r))return e=e.get(n)||null,d(t,e,r,i,null);if(typeof r.then==`function`)return m(e,t,n,so(r),i);if(r.$$typeof===le)return m(e,t,n,Ea(t,r),i);lo(t,r)}return null}function h(i,o,s,c){for(var l=null,u=null,d=o,h=o=0,g=null;d!==null&&h<s.length;h++){d.index>h?(g=d,d=null):g=d.sibling;var _=p(i,d,s[h],c);if(_===null){d===null&&(d=g);break}e&&d&&_.alternate===null&&t(i,d),o=a(_,o,h),u===null?l=_:u.sibling=_,u=_,d=g}if(h===s.length)return n(i,d),B&&$i(i,h),l;if(d===null){for(;h<s.length;h++)d=f(i,s[h],c),d!==null&&(o=a(d,o,h),u===null?l=d:u.sibling=d,u=d);return B&&$i(i,h),l}for(d=r(d);h<s.length;h++)g=m(d,i,h,s[h],c),g!==null&&(e&&(_=g.alternate,_!==null&&d.delete(_.key===null?h:_.key)),o=a(g,o,h),u===null?l=g:u.sibling=g,u=g);return e&&d.forEach(function(e){return t(i,e)}),B&&$i(i,h),l}function g(i,o,c,l){if(c==null)throw Error(s(151));for(var u=null,d=null,h=o,g=o=0,_=null,v=c.next();h!==null&&!v.done;g++,v=c.next()){h.index>g?(_=h,h=null):_=h.sibling;var y=p(i,h,v.value,l);if(y===null){h===null&&(h=_);break}e&&h&&y.alternate===null&&t(i,h),o=a(y,o,g),d===null?u=y:d.sibling=y,d=y,h=_}if(v.done)return n(i,h),B&&$i(i,g),u;if(h===null){for(;!v.done;g++,v=c.next())v=f(i,v.value,l),v!==null&&(o=a(v,o,g),d===null?u=v:d.sibling=v,d=v);return B&&$i(i,g),u}for(h=r(h);!v.done;g++,v=c.next())v=m(h,i,g,v.value,l),v!==null&&(e&&(_=v.alternate,_!==null&&h.delete(_.key===null?g:_.key)),o=a(v,o,g),d===null?u=v:d.sibling=v,d=v);return e&&h.forEach(function(e){return t(i,e)}),B&&$i(i,g),u}function _(e,r,a,c){if(typeof a==`object`&&a&&a.type===ae&&a.key===null&&a.props.ref===void 0&&(a=a.props.children),typeof a==`object`&&a){switch(a.$$typeof){case re:a:{for(var l=a.key;r!==null;){if(r.key===l){if(l=a.type,l===ae){if(r.tag===7){n(e,r.sibling),c=i(r,a.props.children),co(c,a),c.return=e,e=c;break a}}else if(r.elementType===l||typeof l==`object`&&l&&l.$$typeof===me&&to(l)===r.type){n(e,r.sibling),c=i(r,a.props),co(c,a),c.return=e,e=c;break a}n(e,r);break}t(e,r),r=r.sibling}a.type===ae?(c=Vi(a.props.children,e.mode,c,a.key),co(c,a),c.return=e,e=c):(c=Bi(a.type,a.key,a.props,null,e.mode,c),co(c,a),c.return=e,e=c)}return o(e);case ie:a:{for(l=a.key;r!==null;){if(r.key===l){if(r.tag===4&&r.stateNode.containerInfo===a.containerInfo&&r.stateNode.implementation===a.implementation){n(e,r.sibling),c=i(r,a.children||[]),c.return=e,e=c;break a}n(e,r);break}t(e,r),r=r.sibling}c=Wi(a,e.mode,c),c.return=e,e=c}return o(e);case me:return a=to(a),_(e,r,a,c)}if(we(a))return h(e,r,a,c);if(xe(a)){if(l=xe(a),typeof l!=`function`)throw Error(s(150));return a=l.call(a),g(e,r,a,c)}if(typeof a.then==`function`)return _(e,r,so(a),c);if(a.$$typeof===le)return _(e,r,Ea(e,a),c);lo(e,a)}return typeof a==`string`&&a!==``||typeof a==`number`||typeof a==`bigint`?(a=``+a,r!==null&&r.tag===6?(n(e,r.sibling),c=i(r,a),c.return=e,e=c):(n(e,r),c=Hi(a,e.mode,c),c.return=e,e=c),o(e)):n(e,r)}return function(e,t,n,r){try{oo=0;var i=_(e,t,n,r);return ao=null,i}catch(t){if(t===Ya||t===Za)throw t;var a=Li(29,t,null,e.mode);return a.lanes=r,a.return=e,a}}}var fo=uo(!0),po=uo(!1),mo=!1;function ho(e){e.updateQueue={baseState:e.memoizedState,firstBaseUpdate:null,lastBaseUpdate:null,shared:{pending:null,lanes:0,hiddenCallbacks:null},callbacks:null}}function go(e,t){e=e.updateQueue,t.updateQueue===e&&(t.updateQueue={baseState:e.baseState,firstBaseUpdate:e.firstBaseUpdate,lastBaseUpdate:e.lastBaseUpdate,shared:e.shared,callbacks:null})}function _o(e){return{lane:e,tag:0,payload:null,callback:null,next:null}}function vo(e,t,n){var r=e.updateQueue;if(r===null)return null;if(r=r.shared,K&2){var i=r.pending;return i===null?t.next=t:(t.next=i.next,i.next=t),r.pending=t,t=Pi(e),Ni(e,null,n),t}return Ai(e,r,t,n),Pi(e)}function yo(e,t,n){if(t=t.updateQueue,t!==null&&(t=t.shared,n&4194048)){var r=t.lanes;r&=e.pendingLanes,n|=r,t.lanes=n,wt(e,n)}}function bo(e,t){var n=e.updateQueue,r=e.alternate;if(r!==null&&(r=r.updateQueue,n===r)){var i=null,a=null;if(n=n.firstBaseUpdate,n!==null){do{var o={lane:n.lane,tag:n.tag,payload:n.payload,callback:null,next:null};a===null?i=a=o:a=a.next=o,n=n.next}while(n!==null);a===null?i=a=t:a=a.next=t}else i=a=t;n={baseState:r.baseState,firstBaseUpdate:i,lastBaseUpdate:a,shared:r.shared,callbacks:r.callbacks},e.updateQueue=n}else e=n.lastBaseUpdate,e===null?n.firstBaseUpdate=t:e.next=t,n.lastBaseUpdate=t}var xo=!1;function So(){if(xo){var e=Ba;if(e!==null)throw e}}function Co(e,t,n,r){xo=!1;var i=e.updateQueue;mo=!1;var a=i.firstBaseUpdate,o=i.lastBaseUpdate,s=i.shared.pending;if(s!==null){i.shared.pending=null;var c=s,l=c.next;c.next=null,o===null?a=l:o.next=l,o=c;var u=e.alternate;u!==null&&(u=u.updateQueue,s=u.lastBaseUpdate,s!==o&&(s===null?u.firstBaseUpdate=l:s.next=l,u.lastBaseUpdate=c))}if(a!==null){var d=i.baseState;o=0,u=l=c=null,s=a;do{var f=s.lane&-536870913,p=f!==s.lane;if(p?(Y&f)===f:(r&f)===f){f!==0&&f===za&&(xo=!0),u!==null&&(u=u.next={lane:0,tag:s.tag,payload:s.payload,callback:null,next:null});a:{var m=e,h=s;f=t;var g=n;switch(h.tag){case 1:if(m=h.payload,typeof m==`function`){d=m.call(g,d,f);break a}d=m;break a;case 3:m.flags=m.flags&-65537|128;case 0:if(m=h.payload,f=typeof m==`function`?m.call(g,d,f):m,f==null)break a;d=T({},d,f);break a;case 2:mo=!0}}f=s.callback,f!==null&&(e.flags|=64,p&&(e.flags|=8192),p=i.callbacks,p===null?i.callbacks=[f]:p.push(f))}else p={lane:f,tag:s.tag,payload:s.payload,callback:s.callback,next:null},u===null?(l=u=p,c=d):u=u.next=p,o|=f;if(s=s.next,s===null){if(s=i.shared.pending,s===null)break;p=s,s=p.next,p.next=null,i.lastBaseUpdate=p,i.shared.pending=null}}while(1);u===null&&(c=d),i.baseState=c,i.firstBaseUpdate=l,i.lastBaseUpdate=u,a===null&&(i.shared.lanes=0),od|=o,e.lanes=o,e.memoizedState=d}}function wo(e,t){if(typeof e!=`function`)throw Error(s(191,e));e.call(t)}function To(e,t){var n=e.callbacks;if(n!==null)for(e.callbacks=null,e=0;e<n.length;e++)wo(n[e],t)}var Eo=O(null),Do=O(0);function Oo(e,t){e=id,k(Do,e),k(Eo,t),id=e|t.baseLanes}function ko(){k(Do,id),k(Eo,Eo.current)}function Ao(){id=Do.current,Oe(Eo),Oe(Do)}var V=O(null),jo=null;function Mo(e){var t=e.alternate;k(Lo,Lo.current&1),k(V,e),jo===null&&(t===null||Eo.current!==null||t.memoizedState!==null)&&(jo=e)}function No(e){k(Lo,Lo.current),k(V,e),jo===null&&(jo=e)}function Po(e){e.tag===22?(k(Lo,Lo.current),k(V,e),jo===null&&(jo=e)):Fo()}function Fo(){k(Lo,Lo.current),k(V,V.current)}function Io(e){Oe(V),jo===e&&(jo=null),Oe(Lo)}var Lo=O(0);function Ro(e,t){k(V,V.current),k(Lo,t)}function zo(e){Oe(Lo),Oe(V),jo===e&&(jo=null)}function Bo(e){for(var t=e;t!==null;){if(t.tag===13){var n=t.memoizedState;if(n!==null&&(n=n.dehydrated,n===null||om(n)||sm(n)))return t}else if(t.tag===19&&t.memoizedProps.revealOrder!==`independent`){if(t.flags&128)return t}else if(t.child!==null){t.child.return=t,t=t.child;continue}if(t===e)break;for(;t.sibling===null;){if(t.return===null||t.return===e)return null;t=t.return}t.sibling.return=t.return,t=t.sibling}return null}var Vo=0,H=null,U=null,Ho=null,Uo=!1,Wo=!1,Go=!1,Ko=0,qo=0,Jo=null,Yo=0;function W(){throw Error(s(321))}function Xo(e,t){if(t===null)return!1;for(var n=0;n<t.length&&n<e.length;n++)if(!Yr(e[n],t[n]))return!1;return!0}function Zo(e,t,n,r,i,a){return Vo=a,H=t,t.memoizedState=null,t.updateQueue=null,t.lanes=0,E.H=e===null||e.memoizedState===null?mc:hc,Go=!1,a=n(r,i),Go=!1,Wo&&(a=$o(t,n,r,i)),Qo(e),a}function Qo(e){E.H=pc;var t=U!==null&&U.next!==null;if(Vo=0,Ho=U=H=null,Uo=!1,qo=0,Jo=null,t)throw Error(s(300));e===null||Mc||(e=e.dependencies,e!==null&&Ca(e)&&(Mc=!0))}function $o(e,t,n,r){H=e;var i=0;do{if(Wo&&(Jo=null),qo=0,Wo=!1,25<=i)throw Error(s(301));if(i+=1,Ho=U=null,e.updateQueue!=null){var a=e.updateQueue;a.lastEffect=null,a.events=null,a.stores=null,a.memoCache!=null&&(a.memoCache.index=0)}E.H=gc,a=t(n,r)}while(Wo);return a}function es(){var e=E.H,t=e.useState()[0];return t=typeof t.then==`function`?ss(t):t,e=e.useState()[0],(U===null?null:U.memoizedState)!==e&&(H.flags|=1024),t}function ts(){var e=Ko!==0;return Ko=0,e}function ns(e,t,n){t.updateQueue=e.updateQueue,t.flags&=-2053,e.lanes&=~n}function rs(e){if(Uo){for(e=e.memoizedState;e!==null;){var t=e.queue;t!==null&&(t.pending=null),e=e.next}Uo=!1}Vo=0,Ho=U=H=null,Wo=!1,qo=Ko=0,Jo=null}function is(){var e={memoizedState:null,baseState:null,baseQueue:null,queue:null,next:null};return Ho===null?H.memoizedState=Ho=e:Ho=Ho.next=e,Ho}function as(){if(U===null){var e=H.alternate;e=e===null?null:e.memoizedState}else e=U.next;var t=Ho===null?H.memoizedState:Ho.next;if(t!==null)Ho=t,U=e;else{if(e===null)throw H.alternate===null?Error(s(467)):Error(s(310));U=e,e={memoizedState:U.memoizedState,baseState:U.baseState,baseQueue:U.baseQueue,queue:U.queue,next:null},Ho===null?H.memoizedState=Ho=e:Ho=Ho.next=e}return Ho}function os(){return{lastEffect:null,events:null,stores:null,memoCache:null}}function ss(e){var t=qo;return qo+=1,Jo===null&&(Jo=[]),e=eo(Jo,e,t),t=H,(Ho===null?t.memoizedState:Ho.next)===null&&(t=t.alternate,E.H=t===null||t.memoizedState===null?mc:hc),e}function cs(e){if(typeof e==`object`&&e){if(typeof e.then==`function`)return ss(e);if(e.$$typeof===ye)return;if(e.$$typeof===le)return Ta(e)}throw Error(s(438,String(e)))}function ls(e){var t=null,n=H.updateQueue;if(n!==null&&(t=n.memoCache),t==null){var r=H.alternate;r!==null&&(r=r.updateQueue,r!==null&&(r=r.memoCache,r!=null&&(t={data:r.data.map(function(e){return e.slice()}),index:0})))}if(t??={data:[],index:0},n===null&&(n=os(),H.updateQueue=n),n.memoCache=t,n=t.data[t.index],n===void 0)for(n=t.data[t.index]=Array(e),r=0;r<e;r++)n[r]=_e;return t.index++,n}function us(e,t){return typeof t==`function`?t(e):t}function ds(e){return fs(as(),U,e)}function fs(e,t,n){var r=e.queue;if(r===null)throw Error(s(311));r.lastRenderedReducer=n;var i=e.baseQueue,a=r.pending;if(a!==null){if(i!==null){var o=i.next;i.next=a.next,a.next=o}t.baseQueue=i=a,r.pending=null}if(a=e.baseState,i===null)e.memoizedState=a;else{t=i.next;var c=o=null,l=null,u=t,d=!1;do{var f=u.lane&-536870913;if(f===u.lane?(Vo&f)===f:(Y&f)===f){var p=u.revertLane;if(p===0)l!==null&&(l=l.next={lane:0,revertLane:0,gesture:null,action:u.action,hasEagerState:u.hasEagerState,eagerState:u.eagerState,next:null}),f===za&&(d=!0);else if((Vo&p)===p){u=u.next,p===za&&(d=!0);continue}else f={lane:0,revertLane:u.revertLane,gesture:null,action:u.action,hasEagerState:u.hasEagerState,eagerState:u.eagerState,next:null},l===null?(c=l=f,o=a):l=l.next=f,H.lanes|=p,od|=p;f=u.action,Go&&n(a,f),a=u.hasEagerState?u.eagerState:n(a,f)}else p={lane:f,revertLane:u.revertLane,gesture:u.gesture,action:u.action,hasEagerState:u.hasEagerState,eagerState:u.eagerState,next:null},l===null?(c=l=p,o=a):l=l.next=p,H.lanes|=f,od|=f;u=u.next}while(u!==null&&u!==t);if(l===null?o=a:l.next=c,!Yr(a,e.memoizedState)&&(Mc=!0,d&&(n=Ba,n!==null)))throw n;e.memoizedState=a,e.baseState=o,e.baseQueue=l,r.lastRenderedState=a}return i===null&&(r.lanes=0),[e.memoizedState,r.dispatch]}function ps(e){var t=as(),n=t.queue;if(n===null)throw Error(s(311));n.lastRenderedReducer=e;var r=n.dispatch,i=n.pending,a=t.memoizedState;if(i!==null){n.pending=null;var o=i=i.next;do a=e(a,o.action),o=o.next;while(o!==i);Yr(a,t.memoizedState)||(Mc=!0),t.memoizedState=a,t.baseQueue===null&&(t.baseState=a),n.lastRenderedState=a}return[a,r]}function ms(e,t,n){var r=H,i=as(),a=B;if(a){if(n===void 0)throw Error(s(407));n=n()}else n=t();var o=!Yr((U||i).memoizedState,n);if(o&&(i.memoizedState=n,Mc=!0),i=i.queue,zs(_s.bind(null,r,i,e),[e]),e=i.getSnapshot!==t||o||Ho!==null&&!!(Ho.memoizedState.tag&1),Ps(e?9:8,{destroy:void 0},gs.bind(null,r,i,n,t),null),e){if(r.flags|=2048,q===null)throw Error(s(349));a||Vo&127||hs(r,t,n)}return n}function hs(e,t,n){e.flags|=16384,e={getSnapshot:t,value:n},t=H.updateQueue,t===null?(t=os(),H.updateQueue=t,t.stores=[e]):(n=t.stores,n===null?t.stores=[e]:n.push(e))}function gs(e,t,n,r){t.value=n,t.getSnapshot=r,vs(t)&&ys(e)}function _s(e,t,n){return n(function(){vs(t)&&ys(e)})}function vs(e){var t=e.getSnapshot;e=e.value;try{var n=t();return!Yr(e,n)}catch{return!0}}function ys(e){var t=Mi(e,2);t!==null&&Pd(t,e,2)}function bs(e){var t=is();if(typeof e==`function`){var n=e;if(e=n(),Go){ot(!0);try{n()}finally{ot(!1)}}}return t.memoizedState=t.baseState=e,t.queue={pending:null,lanes:0,dispatch:null,lastRenderedReducer:us,lastRenderedState:e},t}function xs(e,t,n,r){return e.baseState=n,fs(e,U,typeof r==`function`?r:us)}function Ss(e,t,n,r,i){if(uc(e))throw Error(s(485));if(e=t.action,e!==null){var a={payload:i,action:e,next:null,isTransition:!0,status:`pending`,value:null,reason:null,listeners:[],then:function(e){a.listeners.push(e)}};E.T===null?a.isTransition=!1:n(!0),r(a),n=t.pending,n===null?(a.next=t.pending=a,Cs(t,a)):(a.next=n.next,t.pending=n.next=a)}}function Cs(e,t){var n=t.action,r=t.payload,i=e.state;if(t.isTransition){var a=E.T,o={};o.types=a===null?null:a.types,E.T=o;try{var s=n(i,r),c=E.S;c!==null&&c(o,s),ws(e,t,s)}catch(n){Es(e,t,n)}finally{a!==null&&o.types!==null&&(a.types=o.types),E.T=a}}else try{a=n(i,r),ws(e,t,a)}catch(n){Es(e,t,n)}}function ws(e,t,n){typeof n==`object`&&n&&typeof n.then==`function`?n.then(function(n){Ts(e,t,n)},function(n){return Es(e,t,n)}):Ts(e,t,n)}function Ts(e,t,n){t.status=`fulfilled`,t.value=n,Ds(t),e.state=n,t=e.pending,t!==null&&(n=t.next,n===t?e.pending=null:(n=n.next,t.next=n,Cs(e,n)))}function Es(e,t,n){var r=e.pending;if(e.pending=null,r!==null){r=r.next;do t.status=`rejected`,t.reason=n,Ds(t),t=t.next;while(t!==r)}e.action=null}function Ds(e){e=e.listeners;for(var t=0;t<e.length;t++)(0,e[t])()}function Os(e,t){return t}function ks(e,t){if(B){var n=q.formState;if(n!==null){a:{var r=H;if(B){if(z){b:{for(var i=z,a=oa;i.nodeType!==8;)if(!a||(i=lm(i.nextSibling),i===null)){i=null;break b}a=i.data,i=a===`F!`||a===`F`?i:null}if(i){z=lm(i.nextSibling),r=i.data===`F!`;break a}}ca(r)}r=!1}r&&(t=n[0])}}return n=is(),n.memoizedState=n.baseState=t,r={pending:null,lanes:0,dispatch:null,lastRenderedReducer:Os,lastRenderedState:t},n.queue=r,n=sc.bind(null,H,r),r.dispatch=n,r=bs(!1),a=lc.bind(null,H,!1,r.queue),r=is(),i={state:t,dispatch:null,action:e,pending:null},r.queue=i,n=Ss.bind(null,H,i,a,n),i.dispatch=n,r.memoizedState=e,[t,n,!1]}function As(e){return js(as(),U,e)}function js(e,t,n){if(t=fs(e,t,Os)[0],e=ds(us)[0],typeof t==`object`&&t&&typeof t.then==`function`)try{var r=ss(t)}catch(e){throw e===Ya?Za:e}else r=t;t=as();var i=t.queue,a=i.dispatch;return n!==t.memoizedState&&(H.flags|=2048,Ps(9,{destroy:void 0},Ms.bind(null,i,n),null)),[r,a,e]}function Ms(e,t){e.action=t}function Ns(e){var t=as(),n=U;if(n!==null)return js(t,n,e);as(),t=t.memoizedState,n=as();var r=n.queue.dispatch;return n.memoizedState=e,[t,r,!1]}function Ps(e,t,n,r){return e={tag:e,create:n,deps:r,inst:t,next:null},t=H.updateQueue,t===null&&(t=os(),H.updateQueue=t),n=t.lastEffect,n===null?t.lastEffect=e.next=e:(r=n.next,n.next=e,e.next=r,t.lastEffect=e),e}function Fs(){return as().memoizedState}function Is(e,t,n,r){var i=is();H.flags|=e,i.memoizedState=Ps(1|t,{destroy:void 0},n,r===void 0?null:r)}function Ls(e,t,n,r){var i=as();r=r===void 0?null:r;var a=i.memoizedState.inst;U!==null&&r!==null&&Xo(r,U.memoizedState.deps)?i.memoizedState=Ps(t,a,n,r):(H.flags|=e,i.memoizedState=Ps(1|t,a,n,r))}function Rs(e,t){Is(8390656,8,e,t)}function zs(e,t){Ls(2048,8,e,t)}function Bs(e){H.flags|=4;var t=H.updateQueue;if(t===null)t=os(),H.updateQueue=t,t.events=[e];else{var n=t.events;n===null?t.events=[e]:n.push(e)}}function Vs(e){var t=as().memoizedState;return Bs({ref:t,nextImpl:e}),function(){if(K&2)throw Error(s(440));return t.impl.apply(void 0,arguments)}}function Hs(e,t){return Ls(4,2,e,t)}function Us(e,t){return Ls(4,4,e,t)}function Ws(e,t){if(typeof t==`function`){e=e();var n=t(e);return function(){typeof n==`function`?n():t(null)}}if(t!=null)return e=e(),t.current=e,function(){t.current=null}}function Gs(e,t,n){n=n==null?null:n.concat([e]),Ls(4,4,Ws.bind(null,t,e),n)}function Ks(){}function qs(e,t){var n=as();t=t===void 0?null:t;var r=n.memoizedState;return t!==null&&Xo(t,r[1])?r[0]:(n.memoizedState=[e,t],e)}function Js(e,t){var n=as();t=t===void 0?null:t;var r=n.memoizedState;if(t!==null&&Xo(t,r[1]))return r[0];if(r=e(),Go){ot(!0);try{e()}finally{ot(!1)}}return n.memoizedState=[r,t],r}function Ys(e,t,n){return n===void 0||Vo&1073741824&&!(Y&261930)?e.memoizedState=t:(e.memoizedState=n,e=Md(),H.lanes|=e,od|=e,n)}function Xs(e,t,n,r){return Yr(n,t)?n:Eo.current===null?!(Vo&106)||Vo&1073741824&&!(Y&261930)?(Mc=!0,e.memoizedState=n):(e=Md(),H.lanes|=e,od|=e,t):(e=Ys(e,n,r),Yr(e,t)||(Mc=!0),e)}function Zs(e,t,n,r,i){var a=D.p;D.p=a!==0&&8>a?a:8;var o=E.T,s={};s.types=o===null?null:o.types,E.T=s,lc(e,!1,t,n);try{var c=i(),l=E.S;l!==null&&l(s,c),typeof c==`object`&&c&&typeof c.then==`function`?cc(e,t,Ua(c,r),jd(e)):cc(e,t,r,jd(e))}catch(n){cc(e,t,{then:function(){},status:`rejected`,reason:n},jd())}finally{D.p=a,o!==null&&s.types!==null&&(o.types=s.types),E.T=o}}function Qs(){}function $s(e,t,n,r){if(e.tag!==5)throw Error(s(476));var i=ec(e).queue;Zs(e,i,t,Te,n===null?Qs:function(){return tc(e),n(r)})}function ec(e){var t=e.memoizedState;if(t!==null)return t;t={memoizedState:Te,baseState:Te,baseQueue:null,queue:{pending:null,lanes:0,dispatch:null,lastRenderedReducer:us,lastRenderedState:Te},next:null};var n={};return t.next={memoizedState:n,baseState:n,baseQueue:null,queue:{pending:null,lanes:0,dispatch:null,lastRenderedReducer:us,lastRenderedState:n},next:null},e.memoizedState=t,e=e.alternate,e!==null&&(e.memoizedState=t),t}function tc(e){var t=ec(e);t.next===null&&(t=e.alternate.memoizedState),cc(e,t.next.queue,{},jd())}function nc(){return Ta(sh)}function rc(){return as().memoizedState}function ic(){return as().memoizedState}function ac(e){for(var t=e.return;t!==null;){switch(t.tag){case 24:case 3:var n=jd();e=_o(n);var r=vo(t,e,n);r!==null&&(Pd(r,t,n),yo(r,t,n)),t={cache:Ma()},e.payload=t;return}t=t.return}}function oc(e,t,n){var r=jd();n={lane:r,revertLane:0,gesture:null,action:n,hasEagerState:!1,eagerState:null,next:null},uc(e)?dc(t,n):(n=ji(e,t,n,r),n!==null&&(Pd(n,e,r),fc(n,t,r)))}function sc(e,t,n){cc(e,t,n,jd())}function cc(e,t,n,r){var i={lane:r,revertLane:0,gesture:null,action:n,hasEagerState:!1,eagerState:null,next:null};if(uc(e))dc(t,i);else{var a=e.alternate;if(e.lanes===0&&(a===null||a.lanes===0)&&(a=t.lastRenderedReducer,a!==null))try{var o=t.lastRenderedState,s=a(o,n);if(i.hasEagerState=!0,i.eagerState=s,Yr(s,o))return Ai(e,t,i,0),q===null&&ki(),!1}catch{}if(n=ji(e,t,i,r),n!==null)return Pd(n,e,r),fc(n,t,r),!0}return!1}function lc(e,t,n,r){if(r={lane:2,revertLane:Pf(),gesture:null,action:r,hasEagerState:!1,eagerState:null,next:null},uc(e)){if(t)throw Error(s(479))}else t=ji(e,n,r,2),t!==null&&Pd(t,e,2)}function uc(e){var t=e.alternate;return e===H||t!==null&&t===H}function dc(e,t){Wo=Uo=!0;var n=e.pending;n===null?t.next=t:(t.next=n.next,n.next=t),e.pending=t}function fc(e,t,n){if(n&4194048){var r=t.lanes;r&=e.pendingLanes,n|=r,t.lanes=n,wt(e,n)}}var pc={readContext:Ta,use:cs,useCallback:W,useContext:W,useEffect:W,useImperativeHandle:W,useLayoutEffect:W,useInsertionEffect:W,useMemo:W,useReducer:W,useRef:W,useState:W,useDebugValue:W,useDeferredValue:W,useTransition:W,useSyncExternalStore:W,useId:W,useHostTransitionStatus:W,useFormState:W,useActionState:W,useOptimistic:W,useMemoCache:W,useCacheRefresh:W,useEffectEvent:W},mc={readContext:Ta,use:cs,useCallback:function(e,t){return is().memoizedState=[e,t===void 0?null:t],e},useContext:Ta,useEffect:Rs,useImperativeHandle:function(e,t,n){n=n==null?null:n.concat([e]),Is(4194308,4,Ws.bind(null,t,e),n)},useLayoutEffect:function(e,t){return Is(4194308,4,e,t)},useInsertionEffect:function(e,t){Is(4,2,e,t)},useMemo:function(e,t){var n=is();t=t===void 0?null:t;var r=e();if(Go){ot(!0);try{e()}finally{ot(!1)}}return n.memoizedState=[r,t],r},useReducer:function(e,t,n){var r=is();if(n!==void 0){var i=n(t);if(Go){ot(!0);try{n(t)}finally{ot(!1)}}}else i=t;return r.memoizedState=r.baseState=i,e={pending:null,lanes:0,dispatch:null,lastRenderedReducer:e,lastRenderedState:i},r.queue=e,e=e.dispatch=oc.bind(null,H,e),[r.memoizedState,e]},useRef:function(e){var t=is();return e={current:e},t.memoizedState=e},useState:function(e){e=bs(e);var t=e.queue,n=sc.bind(null,H,t);return t.dispatch=n,[e.memoizedState,n]},useDebugValue:Ks,useDeferredValue:function(e,t){return Ys(is(),e,t)},useTransition:function(){var e=bs(!1);return e=Zs.bind(null,H,e.queue,!0,!1),is().memoizedState=e,[!1,e]},useSyncExternalStore:function(e,t,n){var r=H,i=is();if(B){if(n===void 0)throw Error(s(407));n=n()}else{if(n=t(),q===null)throw Error(s(349));Y&127||hs(r,t,n)}i.memoizedState=n;var a={value:n,getSnapshot:t};return i.queue=a,Rs(_s.bind(null,r,a,e),[e]),r.flags|=2048,Ps(9,{destroy:void 0},gs.bind(null,r,a,n,t),null),n},useId:function(){var e=is(),t=q.identifierPrefix;if(B){var n=Qi,r=Zi;n=(r&~(1<<32-st(r)-1)).toString(32)+n,t=`_`+t+`R_`+n,n=Ko++,0<n&&(t+=`H`+n.toString(32)),t+=`_`}else n=Yo++,t=`_`+t+`r_`+n.toString(32)+`_`;return e.memoizedState=t},useHostTransitionStatus:nc,useFormState:ks,useActionState:ks,useOptimistic:function(e){var t=is();t.memoizedState=t.baseState=e;var n={pending:null,lanes:0,dispatch:null,lastRenderedReducer:null,lastRenderedState:null};return t.queue=n,t=lc.bind(null,H,!0,n),n.dispatch=t,[e,t]},useMemoCache:ls,useCacheRefresh:function(){return is().memoizedState=ac.bind(null,H)},useEffectEvent:function(e){var t=is(),n={impl:e};return t.memoizedState=n,function(){if(K&2)throw Error(s(440));return n.impl.apply(void 0,arguments)}}},hc={readContext:Ta,use:cs,useCallback:qs,useContext:Ta,useEffect:zs,useImperativeHandle:Gs,useInsertionEffect:Hs,useLayoutEffect:Us,useMemo:Js,useReducer:ds,useRef:Fs,useState:function(){return ds(us)},useDebugValue:Ks,useDeferredValue:function(e,t){return Xs(as(),U.memoizedState,e,t)},useTransition:function(){var e=ds(us)[0],t=as().memoizedState;return[typeof e==`boolean`?e:ss(e),t]},useSyncExternalStore:ms,useId:rc,useHostTransitionStatus:nc,useFormState:As,useActionState:As,useOptimistic:function(e,t){return xs(as(),U,e,t)},useMemoCache:ls,useCacheRefresh:ic,useEffectEvent:Vs},gc={readContext:Ta,use:cs,useCallback:qs,useContext:Ta,useEffect:zs,useImperativeHandle:Gs,useInsertionEffect:Hs,useLayoutEffect:Us,useMemo:Js,useReducer:ps,useRef:Fs,useState:function(){return ps(us)},useDebugValue:Ks,useDeferredValue:function(e,t){var n=as();return U===null?Ys(n,e,t):Xs(n,U.memoizedState,e,t)},useTransition:function(){var e=ps(us)[0],t=as().memoizedState;return[typeof e==`boolean`?e:ss(e),t]},useSyncExternalStore:ms,useId:rc,useHostTransitionStatus:nc,useFormState:Ns,useActionState:Ns,useOptimistic:function(e,t){var n=as();return U===null?(n.baseState=e,[e,n.queue.dispatch]):xs(n,U,e,t)},useMemoCache:ls,useCacheRefresh:ic,useEffectEvent:Vs};function _c(e,t,n,r){t=e.memoizedState,n=n(r,t),n=n==null?t:T({},t,n),e.memoizedState=n,e.lanes===0&&(e.updateQueue.baseState=n)}var vc={enqueueSetState:function(e,t,n){e=e._reactInternals;var r=jd(),i=_o(r);i.payload=t,n!=null&&(i.callback=n),t=vo(e,i,r),t!==null&&(Pd(t,e,r),yo(t,e,r))},enqueueReplaceState:function(e,t,n){e=e._reactInternals;var r=jd(),i=_o(r);i.tag=1,i.payload=t,n!=null&&(i.callback=n),t=vo(e,i,r),t!==null&&(Pd(t,e,r),yo(t,e,r))},enqueueForceUpdate:function(e,t){e=e._reactInternals;var n=jd(),r=_o(n);r.tag=2,t!=null&&(r.callback=t),t=vo(e,r,n),t!==null&&(Pd(t,e,n),yo(t,e,n))}};function yc(e,t,n,r,i,a,o){return e=e.stateNode,typeof e.shouldComponentUpdate==`function`?e.shouldComponentUpdate(r,a,o):t.prototype&&t.prototype.isPureReactComponent?!Xr(n,r)||!Xr(i,a):!0}function bc(e,t,n,r){e=t.state,typeof t.componentWillReceiveProps==`function`&&t.componentWillReceiveProps(n,r),typeof t.UNSAFE_componentWillReceiveProps==`function`&&t.UNSAFE_componentWillReceiveProps(n,r),t.state!==e&&vc.enqueueReplaceState(t,t.state,null)}function xc(e,t){var n=t;if(`ref`in t)for(var r in n={},t)r!==`ref`&&(n[r]=t[r]);if(e=e.defaultProps)for(var i in n===t&&(n=T({},n)),e)n[i]===void 0&&(n[i]=e[i]);return n}function Sc(e){Ti(e)}function Cc(e){console.error(e)}function wc(e){Ti(e)}function Tc(e,t){try{var n=e.onUncaughtError;n(t.value,{componentStack:t.stack})}catch(e){setTimeout(function(){throw e})}}function Ec(e,t,n){try{var r=e.onCaughtError;r(n.value,{componentStack:n.stack,errorBoundary:t.tag===1?t.stateNode:null})}catch(e){setTimeout(function(){throw e})}}function Dc(e,t,n){return n=_o(n),n.tag=3,n.payload={element:null},n.callback=function(){Tc(e,t)},n}function Oc(e){return e=_o(e),e.tag=3,e}function kc(e,t,n,r){var i=n.type.getDerivedStateFromError;if(typeof i==`function`){var a=r.value;e.payload=function(){return i(a)},e.callback=function(){Ec(t,n,r)}}var o=n.stateNode;o!==null&&typeof o.componentDidCatch==`function`&&(e.callback=function(){Ec(t,n,r),typeof i!=`function`&&(vd===null?vd=new Set([this]):vd.add(this));var e=r.stack;this.componentDidCatch(r.value,{componentStack:e===null?``:e})})}function Ac(e,t,n,r,i){if(n.flags|=32768,typeof r==`object`&&r&&typeof r.then==`function`){if(t=n.alternate,t!==null&&Sa(t,n,i,!0),n=V.current,n!==null){switch(n.tag){case 31:case 13:case 19:return jo===null?Kd():n.alternate===null&&ad===0&&(ad=3),n.flags&=-257,n.flags|=65536,n.lanes=i,r===Qa?n.flags|=16384:(t=n.updateQueue,t===null?n.updateQueue=new Set([r]):t.add(r),mf(e,r,i)),!1;case 22:return n.flags|=65536,r===Qa?n.flags|=16384:(t=n.updateQueue,t===null?(t={transitions:null,markerInstances:null,retryQueue:new Set([r])},n.updateQueue=t):(n=t.retryQueue,n===null?t.retryQueue=new Set([r]):n.add(r)),mf(e,r,i)),!1}throw Error(s(435,n.tag))}return mf(e,r,i),Kd(),!1}if(B)return t=V.current,t===null?(r!==sa&&(t=Error(s(423),{cause:r}),ma(I(t,n))),e=e.current.alternate,e.flags|=65536,i&=-i,e.lanes|=i,r=I(r,n),i=Dc(e.stateNode,r,i),bo(e,i),ad!==4&&(ad=2)):(!(t.flags&65536)&&(t.flags|=256),t.flags|=65536,t.lanes=i,r!==sa&&(e=Error(s(422),{cause:r}),ma(I(e,n)))),!1;var a=Error(s(520),{cause:r});if(a=I(a,n),dd===null?dd=[a]:dd.push(a),ad!==4&&(ad=2),t===null)return!0;r=I(r,n),n=t;do{switch(n.tag){case 3:return n.flags|=65536,e=i&-i,n.lanes|=e,e=Dc(n.stateNode,r,e),bo(n,e),!1;case 1:if(t=n.type,a=n.stateNode,!(n.flags&128)&&(typeof t.getDerivedStateFromError==`function`||a!==null&&typeof a.componentDidCatch==`function`&&(vd===null||!vd.has(a))))return n.flags|=65536,i&=-i,n.lanes|=i,i=Oc(i),kc(i,e,n,r),bo(n,i),!1;break;case 22:if(n.memoizedState!==null)return n.flags|=65536,!1}n=n.return}while(n!==null);return!1}var jc=Error(s(461)),Mc=!1;function Nc(e,t,n,r){t.child=e===null?po(t,null,n,r):fo(t,e.child,n,r)}function Pc(e,t,n,r,i){n=n.render;var a=t.ref;if(`ref`in r){var o={};for(var s in r)s!==`ref`&&(o[s]=r[s])}else o=r;return wa(t),r=Zo(e,t,n,o,a,i),s=ts(),e!==null&&!Mc?(ns(e,t,i),cl(e,t,i)):(B&&s&&ta(t),t.flags|=1,Nc(e,t,r,i),t.child)}function Fc(e,t,n,r,i){if(e===null){var a=n.type;return typeof a==`function`&&!Ri(a)&&a.defaultProps===void 0&&n.compare===null?(t.tag=15,t.type=a,Ic(e,t,a,r,i)):(e=Bi(n.type,null,r,t,t.mode,i),e.ref=t.ref,e.return=t,t.child=e)}if(a=e.child,!ll(e,i)){var o=a.memoizedProps;if(n=n.compare,n=n===null?Xr:n,n(o,r)&&e.ref===t.ref)return cl(e,t,i)}return t.flags|=1,e=zi(a,r),e.ref=t.ref,e.return=t,t.child=e}function Ic(e,t,n,r,i){if(e!==null){var a=e.memoizedProps;if(Xr(a,r)&&e.ref===t.ref){if(Mc=!1,t.pendingProps=r=a,ll(e,i))e.flags&131072&&(Mc=!0);else return t.lanes=e.lanes,cl(e,t,i)}}return Wc(e,t,n,r,i)}function Lc(e,t,n,r){var i=r.children,a=e===null?null:e.memoizedState;if(e===null&&t.stateNode===null&&(t.stateNode={_visibility:1,_pendingMarkers:null,_retryCache:null,_transitions:null}),r.mode===`hidden`){if(t.flags&128){if(a=a===null?n:a.baseLanes|n,e!==null){for(r=t.child=e.child,i=0;r!==null;)i=i|r.lanes|r.childLanes,r=r.sibling;r=i&~a}else r=0,t.child=null;return zc(e,t,a,n,r)}if(n&536870912)t.memoizedState={baseLanes:0,cachePool:null},e!==null&&qa(t,a===null?null:a.cachePool),a===null?ko():Oo(t,a),Po(t);else return r=t.lanes=536870912,zc(e,t,a===null?n:a.baseLanes|n,n,r)}else a===null?(e!==null&&qa(t,null),ko(),Fo()):(qa(t,a.cachePool),Oo(t,a),Fo(),t.memoizedState=null);return Nc(e,t,i,n),t.child}function Rc(e,t){return e!==null&&e.tag===22||t.stateNode!==null||(t.stateNode={_visibility:1,_pendingMarkers:null,_retryCache:null,_transitions:null}),t.sibling}function zc(e,t,n,r,i){var a=Ka();return a=a===null?null:{parent:ja._currentValue,pool:a},t.memoizedState={baseLanes:n,cachePool:a},e!==null&&qa(t,null),ko(),Po(t),e!==null&&Sa(e,t,r,!0),t.childLanes=i,null}function Bc(e,t){return t=$c({mode:t.mode,children:t.children},e.mode),t.ref=e.ref,e.child=t,t.return=e,t}function Vc(e,t,n){return fo(t,e.child,null,n),e=Bc(t,t.pendingProps),e.flags|=2,Io(t),t.memoizedState=null,e}function Hc(e,t,n){var r=t.pendingProps,i=!!(t.flags&128);if(t.flags&=-129,e===null){if(B){if(r.mode===`hidden`)return e=Bc(t,r),t.lanes=536870912,e.memoizedState={baseLanes:0,cachePool:null},Rc(null,e);if(No(t),(e=z)?(e=am(e,oa),e=e!==null&&e.data===`&`?e:null,e!==null&&(t.memoizedState={dehydrated:e,treeContext:Xi===null?null:{id:Zi,overflow:Qi},retryLane:536870912,hydrationErrors:null},n=Ui(e),n.return=t,t.child=n,ia=t,z=null)):e=null,e===null)throw ca(t);return t.lanes=536870912,null}return Bc(t,r)}var a=e.memoizedState;if(a!==null){var o=a.dehydrated;if(No(t),i){if(t.flags&256)t.flags&=-257,t=Vc(e,t,n);else if(t.memoizedState!==null)t.child=e.child,t.flags|=128,t=null;else throw Error(s(558))}else if(Mc||Sa(e,t,n,!1),i=(n&e.childLanes)!==0,Mc||i){if(Eo.current===null){if(r=q,r!==null&&(o=Tt(r,n),o!==0&&o!==a.retryLane))throw a.retryLane=o,Mi(e,o),Pd(r,e,o),jc;Kd()}t=Vc(e,t,n)}else e=a.treeContext,z=lm(o.nextSibling),ia=t,B=!0,aa=null,oa=!1,e!==null&&ra(t,e),t=Bc(t,r),t.flags|=134221824;return t}return e=zi(e.child,{mode:r.mode,children:r.children}),e.ref=t.ref,t.child=e,e.return=t,e}function Uc(e,t){var n=t.ref;if(n===null)e!==null&&e.ref!==null&&(t.flags|=4194816);else{if(typeof n!=`function`&&typeof n!=`object`)throw Error(s(284));(e===null||e.ref!==n)&&(t.flags|=4194816)}}function Wc(e,t,n,r,i){return wa(t),n=Zo(e,t,n,r,void 0,i),r=ts(),e!==null&&!Mc?(ns(e,t,i),cl(e,t,i)):(B&&r&&ta(t),t.flags|=1,Nc(e,t,n,i),t.child)}function Gc(e,t,n,r,i,a){return wa(t),t.updateQueue=null,n=$o(t,r,n,i),Qo(e),r=ts(),e!==null&&!Mc?(ns(e,t,a),cl(e,t,a)):(B&&r&&ta(t),t.flags|=1,Nc(e,t,n,a),t.child)}function Kc(e,t,n,r,i){if(wa(t),t.stateNode===null){var a=Fi,o=n.contextType;typeof o==`object`&&o&&(a=Ta(o)),a=new n(r,a),t.memoizedState=a.state!==null&&a.state!==void 0?a.state:null,a.updater=vc,t.stateNode=a,a._reactInternals=t,a=t.stateNode,a.props=r,a.state=t.memoizedState,a.refs={},ho(t),o=n.contextType,a.context=typeof o==`object`&&o?Ta(o):Fi,a.state=t.memoizedState,o=n.getDerivedStateFromProps,typeof o==`function`&&(_c(t,n,o,r),a.state=t.memoizedState),typeof n.getDerivedStateFromProps==`function`||typeof a.getSnapshotBeforeUpdate==`function`||typeof a.UNSAFE_componentWillMount!=`function`&&typeof a.componentWillMount!=`function`||(o=a.state,typeof a.componentWillMount==`function`&&a.componentWillMount(),typeof a.UNSAFE_componentWillMount==`function`&&a.UNSAFE_componentWillMount(),o!==a.state&&vc.enqueueReplaceState(a,a.state,null),Co(t,r,a,i),So(),a.state=t.memoizedState),typeof a.componentDidMount==`function`&&(t.flags|=4194308),r=!0}else if(e===null){a=t.stateNode;var s=t.memoizedProps,c=xc(n,s);a.props=c;var l=a.context,u=n.contextType;o=Fi,typeof u==`object`&&u&&(o=Ta(u));var d=n.getDerivedStateFromProps;u=typeof d==`function`||typeof a.getSnapshotBeforeUpdate==`function`,s=t.pendingProps!==s,u||typeof a.UNSAFE_componentWillReceiveProps!=`function`&&typeof a.componentWillReceiveProps!=`function`||(s||l!==o)&&bc(t,a,r,o),mo=!1;var f=t.memoizedState;a.state=f,Co(t,r,a,i),So(),l=t.memoizedState,s||f!==l||mo?(typeof d==`function`&&(_c(t,n,d,r),l=t.memoizedState),(c=mo||yc(t,n,c,r,f,l,o))?(u||typeof a.UNSAFE_componentWillMount!=`function`&&typeof a.componentWillMount!=`function`||(typeof a.componentWillMount==`function`&&a.componentWillMount(),typeof a.UNSAFE_componentWillMount==`function`&&a.UNSAFE_componentWillMount()),typeof a.componentDidMount==`function`&&(t.flags|=4194308)):(typeof a.componentDidMount==`function`&&(t.flags|=4194308),t.memoizedProps=r,t.memoizedState=l),a.props=r,a.state=l,a.context=o,r=c):(typeof a.componentDidMount==`function`&&(t.flags|=4194308),r=!1)}else{a=t.stateNode,go(e,t),o=t.memoizedProps,u=xc(n,o),a.props=u,d=t.pendingProps,f=a.context,l=n.contextType,c=Fi,typeof l==`object`&&l&&(c=Ta(l)),s=n.getDerivedStateFromProps,(l=typeof s==`function`||typeof a.getSnapshotBeforeUpdate==`function`)||typeof a.UNSAFE_componentWillReceiveProps!=`function`&&typeof a.componentWillReceiveProps!=`function`||(o!==d||f!==c)&&bc(t,a,r,c),mo=!1,f=t.memoizedState,a.state=f,Co(t,r,a,i),So();var p=t.memoizedState;o!==d||f!==p||mo||e!==null&&e.dependencies!==null&&Ca(e.dependencies)?(typeof s==`function`&&(_c(t,n,s,r),p=t.memoizedState),(u=mo||yc(t,n,u,r,f,p,c)||e!==null&&e.dependencies!==null&&Ca(e.dependencies))?(l||typeof a.UNSAFE_componentWillUpdate!=`function`&&typeof a.componentWillUpdate!=`function`||(typeof a.componentWillUpdate==`function`&&a.componentWillUpdate(r,p,c),typeof a.UNSAFE_componentWillUpdate==`function`&&a.UNSAFE_componentWillUpdate(r,p,c)),typeof a.componentDidUpdate==`function`&&(t.flags|=4),typeof a.getSnapshotBeforeUpdate==`function`&&(t.flags|=1024)):(typeof a.componentDidUpdate!=`function`||o===e.memoizedProps&&f===e.memoizedState||(t.flags|=4),typeof a.getSnapshotBeforeUpdate!=`function`||o===e.memoizedProps&&f===e.memoizedState||(t.flags|=1024),t.memoizedProps=r,t.memoizedState=p),a.props=r,a.state=p,a.context=c,r=u):(typeof a.componentDidUpdate!=`function`||o===e.memoizedProps&&f===e.memoizedState||(t.flags|=4),typeof a.getSnapshotBeforeUpdate!=`function`||o===e.memoizedProps&&f===e.memoizedState||(t.flags|=1024),r=!1)}return a=r,Uc(e,t),r=!!(t.flags&128),a||r?(a=t.stateNode,n=r&&typeof n.getDerivedStateFromError!=`function`?null:a.render(),t.flags|=1,e!==null&&r?(t.child=fo(t,e.child,null,i),t.child=fo(t,null,n,i)):Nc(e,t,n,i),t.memoizedState=a.state,e=t.child):e=cl(e,t,i),e}function qc(e,t,n,r){return fa(),t.flags|=256,Nc(e,t,n,r),t.child}var Jc={dehydrated:null,treeContext:null,retryLane:0,hydrationErrors:null};function Yc(e){return{baseLanes:e,cachePool:Ja()}}function Xc(e,t,n){return e=e===null?0:e.childLanes&~n,t&&(e|=ld),e}function Zc(e,t,n){var r=t.pendingProps,i=!1,a=!!(t.flags&128),o;if((o=a)||(o=e!==null&&e.memoizedState===null?!1:!!(Lo.current&2)),o&&(i=!0,t.flags&=-129),o=!!(t.flags&32),t.flags&=-33,e===null){if(B){if(i?Mo(t):Fo(),(e=z)?(e=am(e,oa),e=e!==null&&e.data!==`&`?e:null,e!==null&&(t.memoizedState={dehydrated:e,treeContext:Xi===null?null:{id:Zi,overflow:Qi},retryLane:536870912,hydrationErrors:null},n=Ui(e),n.return=t,t.child=n,ia=t,z=null)):e=null,e===null)throw ca(t);return t.lanes=sm(e)?32:536870912,null}return a=r.children,r=r.fallback,i?(Fo(),i=t.mode,a=$c({mode:`hidden`,children:a},i),r=Vi(r,i,n,null),a.return=t,r.return=t,a.sibling=r,t.child=a,r=t.child,r.memoizedState=Yc(n),r.childLanes=Xc(e,o,n),t.memoizedState=Jc,Rc(null,r)):(Mo(t),Qc(t,a))}var s=e.memoizedState;if(s!==null){var c=s.dehydrated;if(c!==null)return tl(e,t,a,o,r,c,s,n)}return i?(Fo(),i=r.fallback,a=t.mode,s=e.child,c=s.sibling,r=zi(s,{mode:`hidden`,children:r.children}),r.subtreeFlags=s.subtreeFlags&1206910976,c===null?(i=Vi(i,a,n,null),i.flags|=2):i=zi(c,i),i.return=t,r.return=t,r.sibling=i,t.child=r,Rc(null,r),r=t.child,i=e.child.memoizedState,i===null?i=Yc(n):(a=i.cachePool,a===null?a=Ja():(s=ja._currentValue,a=a.parent===s?a:{parent:s,pool:s}),i={baseLanes:i.baseLanes|n,cachePool:a}),r.memoizedState=i,r.childLanes=Xc(e,o,n),t.memoizedState=Jc,Rc(e.child,r)):(Mo(t),n=e.child,e=n.sibling,n=zi(n,{mode:`visible`,children:r.children}),n.return=t,n.sibling=null,e!==null&&(o=t.deletions,o===null?(t.deletions=[e],t.flags|=16):o.push(e)),t.child=n,t.memoizedState=null,n)}function Qc(e,t){return t=$c({mode:`visible`,children:t},e.mode),t.return=e,e.child=t}function $c(e,t){return e=Li(22,e,null,t),e.lanes=0,e}function el(e,t,n){return fo(t,e.child,null,n),e=Qc(t,t.pendingProps.children),e.flags|=2,t.memoizedState=null,e}function tl(e,t,n,r,i,a,o,c){if(n)return t.flags&256?(Mo(t),t.flags&=-257,el(e,t,c)):t.memoizedState===null?(Fo(),a=i.fallback,o=t.mode,i=$c({mode:`visible`,children:i.children},o),a=Vi(a,o,c,null),a.flags|=2,i.return=t,a.return=t,i.sibling=a,t.child=i,fo(t,e.child,null,c),i=t.child,i.memoizedState=Yc(c),i.childLanes=Xc(e,r,c),t.memoizedState=Jc,Rc(null,i)):(Fo(),t.child=e.child,t.flags|=128,null);if(Mo(t),sm(a)){if(r=a.nextSibling&&a.nextSibling.dataset,r)var l=r.dgst;return r=l,r!==``&&(i=Error(s(419)),i.stack=``,i.digest=r,ma({value:i,source:null,stack:null})),el(e,t,c)}if(Mc||Sa(e,t,c,!1),r=(c&e.childLanes)!==0,Mc||r){if(Eo.current!==null)return el(e,t,c);if(r=q,r!==null&&(i=Tt(r,c),i!==0&&i!==o.retryLane))throw o.retryLane=i,Mi(e,i),Pd(r,e,i),jc;return om(a)||Kd(),el(e,t,c)}return om(a)?(t.flags|=192,t.child=e.child,null):(e=o.treeContext,z=lm(a.nextSibling),ia=t,B=!0,aa=null,oa=!1,e!==null&&ra(t,e),t=Qc(t,i.children),t.flags|=134221824,t)}function nl(e,t,n){e.lanes|=t;var r=e.alternate;r!==null&&(r.lanes|=t),ba(e.return,t,n)}function rl(e){for(var t=null;e!==null;){var n=e.alternate;n!==null&&Bo(n)===null&&(t=e),e=e.sibling}return t}function il(e,t,n,r,i,a){var o=e.memoizedState;o===null?e.memoizedState={isBackwards:t,rendering:null,renderingStartTime:0,last:r,tail:n,tailMode:i,treeForkCount:a}:(o.isBackwards=t,o.rendering=null,o.renderingStartTime=0,o.last=r,o.tail=n,o.tailMode=i,o.treeForkCount=a)}function al(e){var t=e.child;for(e.child=null;t!==null;){var n=t.sibling;t.sibling=e.child,e.child=t,t=n}}function ol(e,t,n){var r=t.pendingProps,i=r.revealOrder,a=r.tail;r=r.children;var o=Lo.current;if(t.flags&128)return Ro(t,o),null;var s=!!(o&2);if(s?(o=o&1|2,t.flags|=128):o&=1,Ro(t,o),i===`backwards`&&e!==null?(al(e),Nc(e,t,r,n),al(e)):Nc(e,t,r,n),r=B?Ji:0,!s&&e!==null&&e.flags&128)a:for(e=t.child;e!==null;){if(e.tag===13)e.memoizedState!==null&&nl(e,n,t);else if(e.tag===19)nl(e,n,t);else if(e.child!==null){e.child.return=e,e=e.child;continue}if(e===t)break a;for(;e.sibling===null;){if(e.return===null||e.return===t)break a;e=e.return}e.sibling.return=e.return,e=e.sibling}switch(i){case`backwards`:n=rl(t.child),n===null?(i=t.child,t.child=null):(i=n.sibling,n.sibling=null,al(t)),il(t,!0,i,null,a,r);break;case`unstable_legacy-backwards`:for(n=null,i=t.child,t.child=null;i!==null;){if(e=i.alternate,e!==null&&Bo(e)===null){t.child=i;break}e=i.sibling,i.sibling=n,n=i,i=e}il(t,!0,n,null,a,r);break;case`together`:il(t,!1,null,null,void 0,r);break;case`independent`:t.memoizedState=null;break;default:n=rl(t.child),n===null?(i=t.child,t.child=null):(i=n.sibling,n.sibling=null),il(t,!1,i,n,a,r)}return t.child}function sl(e,t,n){var r=t.pendingProps;return va(t,t.type,r.value),Nc(e,t,r.children,n),t.child}function cl(e,t,n){if(e!==null&&(t.dependencies=e.dependencies),od|=t.lanes,(n&t.childLanes)===0){if(e!==null){if(Sa(e,t,n,!1),(n&t.childLanes)===0)return null}else return null}if(e!==null&&t.child!==e.child)throw Error(s(153));if(t.child!==null){for(e=t.child,n=zi(e,e.pendingProps),t.child=n,n.return=t;e.sibling!==null;)e=e.sibling,n=n.sibling=zi(e,e.pendingProps),n.return=t;n.sibling=null}return t.child}function ll(e,t){return(e.lanes&t)!==0||(e=e.dependencies,!!(e!==null&&Ca(e)))}function ul(e,t,n){switch(t.tag){case 3:Ne(t,t.stateNode.containerInfo),va(t,ja,e.memoizedState.cache),fa();break;case 27:case 5:Fe(t);break;case 4:Ne(t,t.stateNode.containerInfo);break;case 10:va(t,t.type,t.memoizedProps.value);break;case 31:if(t.memoizedState!==null)return t.flags|=128,No(t),null;break;case 13:var r=t.memoizedState;if(r!==null){if(r.dehydrated!==null)return Mo(t),t.flags|=128,null;r=Sa(e,t,n,!1);var i=t.child.childLanes;return r||(n&i)!==0?Zc(e,t,n):(Mo(t),e=cl(e,t,n),e===null?null:e.sibling)}Mo(t);break;case 19:if(t.flags&128)return ol(e,t,n);if(i=!!(e.flags&128),r=(n&t.childLanes)!==0,r||=(Sa(e,t,n,!1),(n&t.childLanes)!==0),i){if(r)return ol(e,t,n);t.flags|=128}if(i=t.memoizedState,i!==null&&(i.rendering=null,i.tail=null,i.lastEffect=null),Ro(t,Lo.current),r)break;return null;case 22:return t.lanes=0,Lc(e,t,n,t.pendingProps);case 24:va(t,ja,e.memoizedState.cache)}return cl(e,t,n)}function dl(e,t,n){if(e!==null){if(e.memoizedProps!==t.pendingProps)Mc=!0;else{if(!ll(e,n)&&!(t.flags&128))return Mc=!1,ul(e,t,n);Mc=!!(e.flags&131072)}}else Mc=!1,B&&t.flags&1048576&&ea(t,Ji,t.index);switch(t.lanes=0,t.tag){case 16:a:{var r=t.pendingProps;if(e=to(t.elementType),t.type=e,typeof e==`function`)Ri(e)?(r=xc(e,r),t.tag=1,t=Kc(null,t,e,r,n)):(t.tag=0,t=Wc(null,t,e,r,n));else{if(e!=null){var i=e.$$typeof;if(i===ue){t.tag=11,t=Pc(null,t,e,r,n);break a}if(i===pe){t.tag=14,t=Fc(null,t,e,r,n);break a}if(i===le){t.tag=10,t.type=e,t=sl(null,t,n);break a}}throw t=Ce(e)||e,Error(s(306,t,``))}}return t;case 0:return Wc(e,t,t.type,t.pendingProps,n);case 1:return r=t.type,i=xc(r,t.pendingProps),Kc(e,t,r,i,n);case 3:a:{if(Ne(t,t.stateNode.containerInfo),e===null)throw Error(s(387));r=t.pendingProps;var a=t.memoizedState;i=a.element,go(e,t),Co(t,r,null,n);var o=t.memoizedState;if(r=o.cache,va(t,ja,r),r!==a.cache&&xa(t,[ja],n,!0),So(),r=o.element,a.isDehydrated){if(a={element:r,isDehydrated:!1,cache:o.cache},t.updateQueue.baseState=a,t.memoizedState=a,t.flags&256){t=qc(e,t,r,n);break a}if(r!==i){i=I(Error(s(424)),t),ma(i),t=qc(e,t,r,n);break a}switch(e=t.stateNode.containerInfo,e.nodeType){case 9:e=e.body;break;default:e=e.nodeName===`HTML`?e.ownerDocument.body:e}for(z=lm(e.firstChild),ia=t,B=!0,aa=null,oa=!0,n=po(t,null,r,n),t.child=n;n;)n.flags=n.flags&-3|134221824,n=n.sibling}else{if(fa(),r===i){t=cl(e,t,n);break a}Nc(e,t,r,n)}t=t.child}return t;case 26:return Uc(e,t),e===null?(n=Nm(t.type,null,t.pendingProps,null))?t.memoizedState=n:B||(t.stateNode=fp(t.type,t.pendingProps,je.current,t)):t.memoizedState=Nm(t.type,e.memoizedProps,t.pendingProps,e.memoizedState),null;case 27:return Fe(t),e===null&&B&&(r=t.stateNode=hm(t.type,t.pendingProps,je.current),ia=t,oa=!0,i=z,Sp(t.type)?(um=i,z=lm(r.firstChild)):z=i),Nc(e,t,t.pendingProps.children,n),Uc(e,t),e===null&&(t.flags|=4194304),t.child;case 5:return e===null&&B&&((i=r=z)&&(r=rm(r,t.type,t.pendingProps,oa),r===null?i=!1:(t.stateNode=r,ia=t,z=lm(r.firstChild),oa=!1,i=!0)),i||ca(t)),Fe(t),i=t.type,a=t.pendingProps,o=e===null?null:e.memoizedProps,r=a.children,pp(i,a)?r=null:o!==null&&pp(i,o)&&(t.flags|=32),t.memoizedState!==null&&(i=Zo(e,t,es,null,null,n),sh._currentValue=i),Uc(e,t),Nc(e,t,r,n),t.child;case 6:return e===null&&B&&((e=n=z)&&(n=im(n,t.pendingProps,oa),n===null?e=!1:(t.stateNode=n,ia=t,z=null,e=!0)),e||ca(t)),null;case 13:return Zc(e,t,n);case 4:return Ne(t,t.stateNode.containerInfo),r=t.pendingProps,e===null?t.child=fo(t,null,r,n):Nc(e,t,r,n),t.child;case 11:return Pc(e,t,t.type,t.pendingProps,n);case 7:return r=t.pendingProps,Uc(e,t),Nc(e,t,r,n),t.child;case 8:return Nc(e,t,t.pendingProps.children,n),t.child;case 12:return Nc(e,t,t.pendingProps.children,n),t.child;case 10:return sl(e,t,n);case 9:return i=t.type._context,r=t.pendingProps.children,wa(t),i=Ta(i),r=r(i),t.flags|=1,Nc(e,t,r,n),t.child;case 14:return Fc(e,t,t.type,t.pendingProps,n);case 15:return Ic(e,t,t.type,t.pendingProps,n);case 19:return ol(e,t,n);case 31:return Hc(e,t,n);case 22:return Lc(e,t,n,t.pendingProps);case 24:return wa(t),r=Ta(ja),e===null?(i=Ka(),i===null&&(i=q,a=Ma(),i.pooledCache=a,a.refCount++,a!==null&&(i.pooledCacheLanes|=n),i=a),t.memoizedState={parent:r,cache:i},ho(t),va(t,ja,i)):((e.lanes&n)!==0&&(go(e,t),Co(t,null,null,n),So()),i=e.memoizedState,a=t.memoizedState,i.parent===r?(r=a.cache,va(t,ja,r),r!==i.cache&&xa(t,[ja],n,!0)):(i={parent:r,cache:r},t.memoizedState=i,t.lanes===0&&(t.memoizedState=t.updateQueue.baseState=i),va(t,ja,r))),Nc(e,t,t.pendingProps.children,n),t.child;case 30:return t.stateNode===null&&(t.stateNode={autoName:null,paired:null,clones:null,ref:null}),r=t.pendingProps,r.name!=null&&r.name!==`auto`?t.flags|=e===null?18882560:18874368:B&&ta(t),e!==null&&e.memoizedProps.name!==r.name?t.flags|=4194816:Uc(e,t),Nc(e,t,r.children,n),t.child;case 29:throw t.pendingProps}throw Error(s(156,t.tag))}function fl(e){e.flags|=4}function pl(e,t,n,r,i){var a;if((a=!!(e.mode&32))&&(a=n===null?Jm(t,r):Jm(t,r)&&(r.src!==n.src||r.srcSet!==n.srcSet)),a){if(e.flags|=16777216,(i&335544128)===i){if(e.stateNode.complete)e.flags|=8192;else if(Ud())e.flags|=8192;else throw no=Qa,Xa}}else e.flags&=-16777217}function ml(e,t){if(t.type!==`stylesheet`||t.state.loading&4)e.flags&=-16777217;else if(e.flags|=16777216,!Ym(t)){if(Ud())e.flags|=8192;else throw no=Qa,Xa}}function hl(e,t){t!==null&&(e.flags|=4),e.flags&16384&&(t=e.tag===22?536870912:yt(),e.lanes|=t,ud|=t)}function gl(e,t){if(!B)switch(e.tailMode){case`visible`:break;case`collapsed`:for(var n=e.tail,r=null;n!==null;)n.alternate!==null&&(r=n),n=n.sibling;r===null?t||e.tail===null?e.tail=null:e.tail.sibling=null:r.sibling=null;break;default:for(t=e.tail,n=null;t!==null;)t.alternate!==null&&(n=t),t=t.sibling;n===null?e.tail=null:n.sibling=null}}function _l(e){var t=e.alternate!==null&&e.alternate.child===e.child,n=0,r=0;if(t)for(var i=e.child;i!==null;)n|=i.lanes|i.childLanes,r|=i.subtreeFlags&1206910976,r|=i.flags&1206910976,i.return=e,i=i.sibling;else for(i=e.child;i!==null;)n|=i.lanes|i.childLanes,r|=i.subtreeFlags,r|=i.flags,i.return=e,i=i.sibling;return e.subtreeFlags|=r,e.childLanes=n,t}function vl(e,t,n){var r=t.pendingProps;switch(na(t),t.tag){case 16:case 15:case 0:case 11:case 7:case 8:case 12:case 9:case 14:return _l(t),null;case 1:return _l(t),null;case 3:return n=t.stateNode,r=null,e!==null&&(r=e.memoizedState.cache),t.memoizedState.cache!==r&&(t.flags|=2048),ya(ja),Pe(),n.pendingContext&&(n.context=n.pendingContext,n.pendingContext=null),(e===null||e.child===null)&&(da(t)?fl(t):e===null||e.memoizedState.isDehydrated&&!(t.flags&256)||(t.flags|=1024,pa())),_l(t),null;case 26:var i=t.type,a=t.memoizedState;return e===null?(fl(t),a===null?(_l(t),pl(t,i,null,r,n)):(_l(t),ml(t,a))):a?a===e.memoizedState?(_l(t),t.flags&=-16777217):(fl(t),_l(t),ml(t,a)):(e=e.memoizedProps,e!==r&&fl(t),_l(t),pl(t,i,e,r,n)),null;case 27:if(Ie(t),n=je.current,i=t.type,e!==null&&t.stateNode!=null)e.memoizedProps!==r&&fl(t);else{if(!r){if(t.stateNode===null)throw Error(s(166));return _l(t),t.subtreeFlags&=-33554433,null}e=ke.current,da(t)?la(t,e):(e=hm(i,r,n),t.stateNode=e,fl(t))}return _l(t),t.subtreeFlags&=-33554433,null;case 5:if(Ie(t),i=t.type,e!==null&&t.stateNode!=null)e.memoizedProps!==r&&fl(t);else{if(!r){if(t.stateNode===null)throw Error(s(166));return _l(t),t.subtreeFlags&=-33554433,null}if(a=ke.current,da(t))la(t,a);else{var o=lp(je.current);switch(a){case 1:a=o.createElementNS(`http://www.w3.org/2000/svg`,i);break;case 2:a=o.createElementNS(`http://www.w3.org/1998/Math/MathML`,i);break;default:switch(i){case`svg`:a=o.createElementNS(`http://www.w3.org/2000/svg`,i);break;case`math`:a=o.createElementNS(`http://www.w3.org/1998/Math/MathML`,i);break;case`script`:a=o.createElement(`div`),a.innerHTML=`<script><\/script>`,a=a.removeChild(a.firstChild);break;case`select`:a=typeof r.is==`string`?o.createElement(`select`,{is:r.is}):o.createElement(`select`),r.multiple?a.multiple=!0:r.size&&(a.size=r.size);break;default:a=typeof r.is==`string`?o.createElement(i,{is:r.is}):o.createElement(i)}}a[jt]=t,a[Mt]=r;a:for(o=t.child;o!==null;){if(o.tag===5||o.tag===6)a.appendChild(o.stateNode);else if(o.tag!==4&&o.tag!==27&&o.child!==null){o.child.return=o,o=o.child;continue}if(o===t)break a;for(;o.sibling===null;){if(o.return===null||o.return===t)break a;o=o.return}o.sibling.return=o.return,o=o.sibling}t.stateNode=a;a:switch(np(a,i,r),i){case`button`:case`input`:case`select`:case`textarea`:r=!!r.autoFocus;break a;case`img`:r=!0;break a;default:r=!1}r&&fl(t)}}return _l(t),t.subtreeFlags&=-33554433,pl(t,t.type,e===null?null:e.memoizedProps,t.pendingProps,n),null;case 6:if(e&&t.stateNode!=null)e.memoizedProps!==r&&fl(t);else{if(typeof r!=`string`&&t.stateNode===null)throw Error(s(166));if(e=je.current,da(t)){if(e=t.stateNode,n=t.memoizedProps,r=null,i=ia,i!==null)switch(i.tag){case 27:case 5:r=i.memoizedProps}e[jt]=t,e=!!(e.nodeValue===n||r!==null&&!0===r.suppressHydrationWarning||ep(e.nodeValue,n)),e||ca(t,!0)}else e=lp(e).createTextNode(r),e[jt]=t,t.stateNode=e}return _l(t),null;case 31:if(n=t.memoizedState,e===null||e.memoizedState!==null){if(r=da(t),n!==null){if(e===null){if(!r)throw Error(s(318));if(e=t.memoizedState,e=e===null?null:e.dehydrated,!e)throw Error(s(557));e[jt]=t}else fa(),!(t.flags&128)&&(t.memoizedState=null),t.flags|=4;_l(t),e=!1}else n=pa(),e!==null&&e.memoizedState!==null&&(e.memoizedState.hydrationErrors=n),e=!0;if(!e)return t.flags&256?(Io(t),t):(Io(t),null);if(t.flags&128)throw Error(s(558))}return _l(t),null;case 13:if(r=t.memoizedState,e===null||e.memoizedState!==null&&e.memoizedState.dehydrated!==null){if(i=da(t),r!==null&&r.dehydrated!==null){if(e===null){if(!i)throw Error(s(318));if(i=t.memoizedState,i=i===null?null:i.dehydrated,!i)throw Error(s(317));i[jt]=t}else fa(),!(t.flags&128)&&(t.memoizedState=null),t.flags|=4;_l(t),i=!1}else i=pa(),e!==null&&e.memoizedState!==null&&(e.memoizedState.hydrationErrors=i),i=!0;if(!i)return t.flags&256?(Io(t),t):(Io(t),null)}return Io(t),t.flags&128?(t.lanes=n,t):(n=r!==null,e=e!==null&&e.memoizedState!==null,n&&(r=t.child,i=null,r.alternate!==null&&r.alternate.memoizedState!==null&&r.alternate.memoizedState.cachePool!==null&&(i=r.alternate.memoizedState.cachePool.pool),a=null,r.memoizedState!==null&&r.memoizedState.cachePool!==null&&(a=r.memoizedState.cachePool.pool),a!==i&&(r.flags|=2048)),n!==e&&n&&(t.child.flags|=8192),hl(t,t.updateQueue),_l(t),null);case 4:return Pe(),e===null&&Wf(t.stateNode.containerInfo),t.flags|=67108864,_l(t),null;case 10:return ya(t.type),_l(t),null;case 19:if(zo(t),r=t.memoizedState,r===null)return _l(t),null;if(i=!!(t.flags&128),a=r.rendering,a===null){if(i)gl(r,!1);else{if(ad!==0||e!==null&&e.flags&128)for(e=t.child;e!==null;){if(a=Bo(e),a!==null){for(t.flags|=128,gl(r,!1),e=a.updateQueue,t.updateQueue=e,hl(t,e),t.subtreeFlags=0,e=n,n=t.child;n!==null;)F(n,e),n=n.sibling;return Ro(t,Lo.current&1|2),B&&$i(t,r.treeForkCount),t.child}e=e.sibling}r.tail!==null&&Ye()>gd&&(t.flags|=128,i=!0,gl(r,!1),t.lanes=4194304)}}else{if(!i){if(e=Bo(a),e!==null){if(t.flags|=128,i=!0,e=e.updateQueue,t.updateQueue=e,hl(t,e),gl(r,!0),r.tail===null&&r.tailMode!==`collapsed`&&r.tailMode!==`visible`&&!a.alternate&&!B)return _l(t),null}else 2*Ye()-r.renderingStartTime>gd&&n!==536870912&&(t.flags|=128,i=!0,gl(r,!1),t.lanes=4194304)}r.isBackwards?(a.sibling=t.child,t.child=a):(e=r.last,e===null?t.child=a:e.sibling=a,r.last=a)}if(r.tail!==null){e=r.tail;a:{for(n=e;n!==null;){if(n.alternate!==null){n=!1;break a}n=n.sibling}n=!0}return r.rendering=e,r.tail=e.sibling,r.renderingStartTime=Ye(),e.sibling=null,a=Lo.current,a=i?a&1|2:a&1,r.tailMode===`visible`||r.tailMode===`collapsed`||!n||B?Ro(t,a):(n=a,k(V,t),k(Lo,n),jo===null&&(jo=t)),B&&$i(t,r.treeForkCount),e}return _l(t),null;case 22:case 23:return Io(t),Ao(),r=t.memoizedState!==null,e===null?r&&(t.flags|=8192):e.memoizedState!==null!==r&&(t.flags|=8192),r?n&536870912&&!(t.flags&128)&&(_l(t),t.subtreeFlags&6&&(t.flags|=8192)):_l(t),n=t.updateQueue,n!==null&&hl(t,n.retryQueue),n=null,e!==null&&e.memoizedState!==null&&e.memoizedState.cachePool!==null&&(n=e.memoizedState.cachePool.pool),r=null,t.memoizedState!==null&&t.memoizedState.cachePool!==null&&(r=t.memoizedState.cachePool.pool),r!==n&&(t.flags|=2048),e!==null&&Oe(Ga),null;case 24:return n=null,e!==null&&(n=e.memoizedState.cache),t.memoizedState.cache!==n&&(t.flags|=2048),ya(ja),_l(t),null;case 25:return null;case 30:return t.flags|=33554432,_l(t),null}throw Error(s(156,t.tag))}function yl(e,t){switch(na(t),t.tag){case 1:return e=t.flags,e&65536?(t.flags=e&-65537|128,t):null;case 3:return ya(ja),Pe(),e=t.flags,e&65536&&!(e&128)?(t.flags=e&-65537|128,t):null;case 26:case 27:case 5:return Ie(t),null;case 31:if(t.memoizedState!==null){if(Io(t),t.alternate===null)throw Error(s(340));fa()}return e=t.flags,e&65536?(t.flags=e&-65537|128,t):null;case 13:if(Io(t),e=t.memoizedState,e!==null&&e.dehydrated!==null){if(t.alternate===null)throw Error(s(340));fa()}return e=t.flags,e&65536?(t.flags=e&-65537|128,t):null;case 19:return zo(t),e=t.flags,e&65536?(t.flags=e&-65537|128,e=t.memoizedState,e!==null&&(e.rendering=null,e.tail=null),t.flags|=4,t):null;case 4:return Pe(),null;case 10:return ya(t.type),null;case 22:case 23:return Io(t),Ao(),e!==null&&Oe(Ga),e=t.flags,e&65536?(t.flags=e&-65537|128,t):null;case 24:return ya(ja),null;case 25:return null;default:return null}}function bl(e,t){switch(na(t),t.tag){case 3:ya(ja),Pe();break;case 26:case 27:case 5:Ie(t);break;case 4:Pe();break;case 31:t.memoizedState!==null&&Io(t);break;case 13:Io(t);break;case 19:zo(t);break;case 10:ya(t.type);break;case 22:case 23:Io(t),Ao(),e!==null&&Oe(Ga);break;case 24:ya(ja)}}function xl(e,t){try{var n=t.updateQueue,r=n===null?null:n.lastEffect;if(r!==null){var i=r.next;n=i;do{if((n.tag&e)===e){r=void 0;var a=n.create,o=n.inst;r=a(),o.destroy=r}n=n.next}while(n!==i)}}catch(e){Z(t,t.return,e)}}function Sl(e,t,n){try{var r=t.updateQueue,i=r===null?null:r.lastEffect;if(i!==null){var a=i.next;r=a;do{if((r.tag&e)===e){var o=r.inst,s=o.destroy;if(s!==void 0){o.destroy=void 0,i=t;var c=n,l=s;try{l()}catch(e){Z(i,c,e)}}}r=r.next}while(r!==a)}}catch(e){Z(t,t.return,e)}}function Cl(e){var t=e.updateQueue;if(t!==null){var n=e.stateNode;try{To(t,n)}catch(t){Z(e,e.return,t)}}}function wl(e,t,n){n.props=xc(e.type,e.memoizedProps),n.state=e.memoizedState;try{n.componentWillUnmount()}catch(n){Z(e,t,n)}}function Tl(e,t){try{var n=e.ref;if(n!==null){switch(e.tag){case 26:case 27:case 5:var r=e.stateNode;break;case 30:var i=e.stateNode,a=Si(e.memoizedProps,i);(i.ref===null||i.ref.name!==a)&&(i.ref=Pp(a)),r=i.ref;break;case 7:if(e.stateNode===null){var o=new Fp(e);h(e.child,!1,Qp,o,void 0,void 0),e.stateNode=o}r=e.stateNode;break;default:r=e.stateNode}typeof n==`function`?e.refCleanup=n(r):n.current=r}}catch(n){Z(e,t,n)}}function El(e,t){var n=e.ref,r=e.refCleanup;if(n!==null){if(typeof r==`function`)try{r()}catch(n){Z(e,t,n)}finally{e.refCleanup=null,e=e.alternate,e!=null&&(e.refCleanup=null)}else if(typeof n==`function`)try{n(null)}catch(n){Z(e,t,n)}else n.current=null}}function Dl(e,t){if((e.tag===5||e.tag===27||e.tag===6)&&e.alternate===null&&t!==null)for(var n=0;n<t.length;n++)em(e.stateNode,t[n])}function Ol(e){for(var t=e.return;t!==null&&(jl(t)&&em(e.stateNode,t.stateNode),!Al(t));)t=t.return}function kl(e){for(var t=e.return;t!==null&&(jl(t)&&tm(e.stateNode,t.stateNode),!Al(t));)t=t.return}function Al(e){return e.tag===5||e.tag===3||e.tag===27}function jl(e){return e&&e.tag===7&&e.stateNode!==null}function Ml(e){var t=e.type,n=e.memoizedProps,r=e.stateNode;try{a:switch(t){case`button`:case`input`:case`select`:case`textarea`:n.autoFocus&&r.focus();break a;case`img`:n.src?r.src=n.src:n.srcSet&&(r.srcset=n.srcSet)}}catch(t){Z(e,e.return,t)}}function Nl(e,t,n){try{var r=e.stateNode;ip(r,e.type,n,t),r[Mt]=t}catch(t){Z(e,e.return,t)}}function Pl(e){return e.tag===5||e.tag===3||e.tag===26||e.tag===27&&Sp(e.type)||e.tag===4}function Fl(e){a:for(;;){for(;e.sibling===null;){if(e.return===null||Pl(e.return))return null;e=e.return}for(e.sibling.return=e.return,e=e.sibling;e.tag!==5&&e.tag!==6&&e.tag!==18;){if(e.tag===27&&Sp(e.type)||e.flags&2||e.child===null||e.tag===4)continue a;e.child.return=e,e=e.child}if(!(e.flags&2))return e.stateNode}}function Il(e,t,n,r){var i=e.tag;if(i===5||i===6)i=e.stateNode,t?(n.nodeType===9?n.body:n.nodeName===`HTML`?n.ownerDocument.body:n).insertBefore(i,t):(t=n.nodeType===9?n.body:n.nodeName===`HTML`?n.ownerDocument.body:n,t.appendChild(i),n=n._reactRootContainer,n!=null||t.onclick!==null||(t.onclick=En)),Dl(e,r),A=!0;else if(i!==4&&(i===27&&(Dl(e,r),r=null,Sp(e.type)&&(n=e.stateNode,t=null)),e=e.child,e!==null))for(Il(e,t,n,r),e=e.sibling;e!==null;)Il(e,t,n,r),e=e.sibling}function Ll(e,t,n,r){var i=e.tag;if(i===5||i===6)i=e.stateNode,t?n.insertBefore(i,t):n.appendChild(i),Dl(e,r),A=!0;else if(i!==4&&(i===27&&(Dl(e,r),r=null,Sp(e.type)&&(n=e.stateNode)),e=e.child,e!==null))for(Ll(e,t,n,r),e=e.sibling;e!==null;)Ll(e,t,n,r),e=e.sibling}function Rl(e){var t=e.stateNode,n=e.memoizedProps;try{for(var r=e.type,i=t.attributes;i.length;)t.removeAttributeNode(i[0]);np(t,r,n),t[jt]=e,t[Mt]=n}catch(t){Z(e,e.return,t)}}var zl=!1,Bl=null;function Vl(e){(e.tag===30||e.subtreeFlags&33554432)&&(zl=!0)}var Hl=null;function Ul(){var e=Hl;return Hl=null,e}var Wl=0;function Gl(e,t,n,r,i){return Wl=0,Kl(e.child,t,n,r,i)}function Kl(e,t,n,r,i){for(var a=!1;e!==null;){if(e.tag===5){var o=e.stateNode;if(r!==null){var s=Op(o);r.push(s),s.view&&(a=!0)}else a||Op(o).view&&(a=!0);zl=!0,Tp(o,Wl===0?t:t+`_`+Wl,n),Wl++}else e.tag===22&&e.memoizedState!==null||e.tag===30&&i||Kl(e.child,t,n,r,i)&&(a=!0);e=e.sibling}return a}function ql(e,t){for(;e!==null;)e.tag===5?Ep(e.stateNode,e.memoizedProps):e.tag===22&&e.memoizedState!==null||e.tag===30&&t||ql(e.child,t),e=e.sibling}function Jl(e){if(e.subtreeFlags&18874368)for(e=e.child;e!==null;){if((e.tag!==22||e.memoizedState===null)&&(Jl(e),e.tag===30&&e.flags&18874368&&e.stateNode.paired)){var t=e.memoizedProps;if(t.name==null||t.name===`auto`)throw Error(s(544));var n=t.name;t=wi(t.default,t.share),t!==`none`&&(Gl(e,n,t,null,!1)||ql(e.child,!1))}e=e.sibling}}function Yl(e,t){if(e.tag===30){var n=e.stateNode,r=e.memoizedProps,i=Si(r,n),a=wi(r.default,n.paired?r.share:r.enter);a===`none`?Jl(e):Gl(e,i,a,null,!1)?(Jl(e),n.paired||t||Nd(e,r.onEnter)):ql(e.child,!1)}else if(e.subtreeFlags&33554432)for(e=e.child;e!==null;)Yl(e,t),e=e.sibling;else Jl(e)}function Xl(e){if(Bl!==null&&Bl.size!==0){var t=Bl;if(e.subtreeFlags&18874368)for(e=e.child;e!==null;){if(e.tag!==22||e.memoizedState===null){if(e.tag===30&&e.flags&18874368){var n=e.memoizedProps,r=n.name;if(r!=null&&r!==`auto`){var i=t.get(r);if(i!==void 0){var a=wi(n.default,n.share);if(a!==`none`&&(Gl(e,r,a,null,!1)?(a=e.stateNode,i.paired=a,a.paired=i,Nd(e,n.onShare)):ql(e.child,!1)),t.delete(r),t.size===0)break}}}Xl(e)}e=e.sibling}}}function Zl(e){if(e.tag===30){var t=e.memoizedProps,n=Si(t,e.stateNode),r=Bl===null?void 0:Bl.get(n),i=wi(t.default,r===void 0?t.exit:t.share);i!==`none`&&(Gl(e,n,i,null,!1)?r===void 0?Nd(e,t.onExit):(i=e.stateNode,r.paired=i,i.paired=r,Bl.delete(n),Nd(e,t.onShare)):ql(e.child,!1)),Bl!==null&&Xl(e)}else if(e.subtreeFlags&33554432)for(e=e.child;e!==null;)Zl(e),e=e.sibling;else Bl!==null&&Xl(e)}function Ql(e){for(e=e.child;e!==null;){if(e.tag===30){var t=e.memoizedProps,n=Si(t,e.stateNode);t=wi(t.default,t.update),e.flags&=-5,t!==`none`&&Gl(e,n,t,e.memoizedState=[],!1)}else e.subtreeFlags&33554432&&Ql(e);e=e.sibling}}function $l(e){if(e.subtreeFlags&18874368)for(e=e.child;e!==null;){if(e.tag!==22||e.memoizedState===null){if(e.tag===30&&e.flags&18874368){var t=e.stateNode;t.paired!==null&&(t.paired=null,ql(e.child,!1))}$l(e)}e=e.sibling}}function eu(e){if(e.tag===30)e.stateNode.paired=null,ql(e.child,!1),$l(e);else if(e.subtreeFlags&33554432)for(e=e.child;e!==null;)eu(e),e=e.sibling;else $l(e)}function tu(e){for(e=e.child;e!==null;)e.tag===30?ql(e.child,!1):e.subtreeFlags&33554432&&tu(e),e=e.sibling}function nu(e,t,n,r,i,a,o){for(var s=!1;t!==null;){if(t.tag===5){var c=t.stateNode;if(a!==null&&Wl<a.length){var l=a[Wl],u=Op(c);(l.view||u.view)&&(s=!0);var d;if(d=!(e.flags&4)){if(u.clip)d=!0;else{d=l.rect;var f=u.rect;d=d.y!==f.y||d.x!==f.x||d.height!==f.height||d.width!==f.width}}d&&(e.flags|=4),u.abs?u=!l.abs:(l=l.rect,u=u.rect,u=l.height!==u.height||l.width!==u.width),u&&(e.flags|=32)}else e.flags|=32;e.flags&4&&Tp(c,Wl===0?n:n+`_`+Wl,i),s&&e.flags&4||(Hl===null&&(Hl=[]),Hl.push(c,Wl===0?r:r+`_`+Wl,t.memoizedProps)),Wl++}else(t.tag!==22||t.memoizedState===null)&&(t.tag===30&&o?e.flags|=t.flags&32:nu(e,t.child,n,r,i,a,o)&&(s=!0));t=t.sibling}return s}function ru(e,t){for(e=e.child;e!==null;){if(e.tag===30){var n=e.memoizedProps,r=e.stateNode,i=Si(n,r),a=wi(n.default,n.update);if(t){r=r.clones;var o=r===null?null:r.map(kp)}else o=e.memoizedState,e.memoizedState=null;r=e;var s=e.child;Wl=0,i=nu(r,s,i,i,a,o,!1),e.flags&4&&i&&(t||Nd(e,n.onUpdate))}else e.subtreeFlags&33554432&&ru(e,t);e=e.sibling}}var iu=!1,G=!1,au=!1,ou=!1,su=typeof WeakSet==`function`?WeakSet:Set,cu=null,lu=!1,uu=!1,du=!1,fu=!1;function pu(e,t,n){if(e=e.containerInfo,sp=gh,e=ti(e),ni(e)){if(`selectionStart`in e)var r={start:e.selectionStart,end:e.selectionEnd};else a:{r=(r=e.ownerDocument)&&r.defaultView||window;var i=r.getSelection&&r.getSelection();if(i&&i.rangeCount!==0){r=i.anchorNode;var a=i.anchorOffset,o=i.focusNode;i=i.focusOffset;try{r.nodeType,o.nodeType}catch{r=null;break a}var s=0,c=-1,l=-1,u=0,d=0,f=e,p=null;b:for(;;){for(var m;f!==r||a!==0&&f.nodeType!==3||(c=s+a),f!==o||i!==0&&f.nodeType!==3||(l=s+i),f.nodeType===3&&(s+=f.nodeValue.length),(m=f.firstChild)!==null;)p=f,f=m;for(;;){if(f===e)break b;if(p===r&&++u===a&&(c=s),p===o&&++d===i&&(l=s),(m=f.nextSibling)!==null)break;f=p,p=f.parentNode}f=m}r=c===-1||l===-1?null:{start:c,end:l}}else r=null}r||={start:0,end:0}}else r=null;for(cp={focusedElem:e,selectionRange:r},gh=!1,n=(n&335544064)===n,cu=t,t=n?9270:1024;cu!==null;){if(e=cu,n&&(r=e.deletions,r!==null))for(a=0;a<r.length;a++)n&&Zl(r[a]);if(e.alternate===null&&e.flags&2)n&&Vl(e),mu(n);else{if(e.tag===22){if(r=e.alternate,e.memoizedState!==null){r!==null&&r.memoizedState===null&&n&&Zl(r),mu(n);continue}if(r!==null&&r.memoizedState!==null){n&&Vl(e),mu(n);continue}}r=e.child,(e.subtreeFlags&t)!==0&&r!==null?(r.return=e,cu=r):(n&&Ql(e),mu(n))}}Bl=null}function mu(e){for(;cu!==null;){var t=cu,n=e,r=t.alternate,i=t.flags;switch(t.tag){case 0:case 11:case 15:break;case 1:if(i&1024&&r!==null){n=void 0,i=r.memoizedProps,r=r.memoizedState;var a=t.stateNode;try{var o=xc(t.type,i);n=a.getSnapshotBeforeUpdate(o,r),a.__reactInternalSnapshotBeforeUpdate=n}catch(e){Z(t,t.return,e)}}break;case 3:if(i&1024){if(r=t.stateNode.containerInfo,n=r.nodeType,n===9)nm(r);else if(n===1)switch(r.nodeName){case`HEAD`:case`HTML`:case`BODY`:nm(r);break;default:r.textContent=``}}break;case 5:case 26:case 27:case 6:case 4:case 17:break;case 30:n&&r!==null&&(n=Si(r.memoizedProps,r.stateNode),i=t.memoizedProps,i=wi(i.default,i.update),i!==`none`&&Gl(r,n,i,r.memoizedState=[],!0));break;default:if(i&1024)throw Error(s(163))}if(r=t.sibling,r!==null){r.return=t.return,cu=r;break}cu=t.return}}function hu(e,t,n){var r=n.flags;switch(n.tag){case 0:case 11:case 15:Fu(e,n),r&4&&xl(5,n);break;case 1:if(Fu(e,n),r&4){if(e=n.stateNode,t===null)try{e.componentDidMount()}catch(e){Z(n,n.return,e)}else{var i=xc(n.type,t.memoizedProps);t=t.memoizedState;try{e.componentDidUpdate(i,t,e.__reactInternalSnapshotBeforeUpdate)}catch(e){Z(n,n.return,e)}}}r&64&&Cl(n),r&512&&Tl(n,n.return);break;case 3:if(Fu(e,n),r&64&&(e=n.updateQueue,e!==null)){if(t=null,n.child!==null)switch(n.child.tag){case 27:case 5:t=n.child.stateNode;break;case 1:t=n.child.stateNode}try{To(e,t)}catch(e){Z(n,n.return,e)}}break;case 27:t===null&&r&4&&Rl(n);case 26:case 5:Fu(e,n),t===null&&r&4&&Ml(n),r&512&&Tl(n,n.return);break;case 12:Fu(e,n);break;case 31:Fu(e,n),r&4&&wu(e,n);break;case 13:Fu(e,n),r&4&&Tu(e,n),r&64&&(e=n.memoizedState,e!==null&&(e=e.dehydrated,e!==null&&(n=_f.bind(null,n),cm(e,n))));break;case 22:if(r=n.memoizedState!==null||iu,!r){var a=t!==null&&t.memoizedState!==null||G;t=iu,i=G,iu=r,(G=a)&&!i?(r=2,n.subtreeFlags&8772&&(r|=1),Lu(e,n,r)):Fu(e,n),iu=t,G=i}break;case 30:Fu(e,n),r&512&&Tl(n,n.return);break;case 7:r&512&&Tl(n,n.return);default:Fu(e,n)}}function gu(e,t){for(e=e.child;e!==null;)_u(e,t),e=e.sibling}function _u(e,t){switch(e.tag){case 5:case 26:try{var n=e.stateNode;if(t){var r=n.style;typeof r.setProperty==`function`?r.setProperty(`display`,`none`,`important`):r.display=`none`}else{var i=e.stateNode,a=e.memoizedProps.style,o=a!=null&&a.hasOwnProperty(`display`)?a.display:null;i.style.display=o==null||typeof o==`boolean`?``:(``+o).trim()}}catch(t){Z(e,e.return,t)}vu(e,t);break;case 6:try{e.stateNode.nodeValue=t?``:e.memoizedProps,A=!0}catch(t){Z(e,e.return,t)}break;case 18:try{var s=e.stateNode;t?wp(s,!0):wp(e.stateNode,!1)}catch(t){Z(e,e.return,t)}break;case 22:case 23:e.memoizedState===null&&gu(e,t);break;default:gu(e,t)}}function vu(e,t){if(e.subtreeFlags&67108864)for(e=e.child;e!==null;){a:{var n=e,r=t;switch(n.tag){case 4:_u(n,r);break a;case 22:n.memoizedState===null&&vu(n,r);break a;default:vu(n,r)}}e=e.sibling}}function yu(e){var t=e.alternate;t!==null&&(e.alternate=null,yu(t)),e.child=null,e.deletions=null,e.sibling=null,e.tag===5&&(t=e.stateNode,t!==null&&Bt(t)),e.stateNode=null,e.return=null,e.dependencies=null,e.memoizedProps=null,e.memoizedState=null,e.pendingProps=null,e.stateNode=null,e.updateQueue=null}var bu=null,xu=!1;function Su(e,t,n){for(n=n.child;n!==null;)Cu(e,t,n),n=n.sibling}function Cu(e,t,n){if(at&&typeof at.onCommitFiberUnmount==`function`)try{at.onCommitFiberUnmount(it,n)}catch{}switch(n.tag){case 26:G||El(n,t),Su(e,t,n),n.memoizedState?n.memoizedState.count--:n.stateNode&&!G&&(n=n.stateNode,n.parentNode.removeChild(n));break;case 27:G||El(n,t),kl(n);var r=bu,i=xu;Sp(n.type)&&(bu=n.stateNode,xu=!1),Su(e,t,n),gm(n.stateNode,n.type,n.memoizedProps),bu=r,xu=i;break;case 5:G||El(n,t),kl(n);case 6:if(n.tag===6&&kl(n),r=bu,i=xu,bu=null,Su(e,t,n),bu=r,xu=i,bu!==null){if(xu)try{(bu.nodeType===9?bu.body:bu.nodeName===`HTML`?bu.ownerDocument.body:bu).removeChild(n.stateNode),A=!0}catch(e){Z(n,t,e)}else try{bu.removeChild(n.stateNode),A=!0}catch(e){Z(n,t,e)}}break;case 18:bu!==null&&(xu?(e=bu,Cp(e.nodeType===9?e.body:e.nodeName===`HTML`?e.ownerDocument.body:e,n.stateNode),Hh(e)):Cp(bu,n.stateNode));break;case 4:r=bu,i=xu,bu=n.stateNode.containerInfo,xu=!0,Su(e,t,n),bu=r,xu=i;break;case 0:case 11:case 14:case 15:Sl(2,n,t),G||Sl(4,n,t),Su(e,t,n);break;case 1:G||(El(n,t),r=n.stateNode,typeof r.componentWillUnmount==`function`&&wl(n,t,r)),Su(e,t,n);break;case 21:Su(e,t,n);break;case 22:G=(r=G)||n.memoizedState!==null,Su(e,t,n),G=r;break;case 30:El(n,t),Su(e,t,n);break;case 7:G||El(n,t),Su(e,t,n);break;default:Su(e,t,n)}}function wu(e,t){if(t.memoizedState===null&&(e=t.alternate,e!==null&&(e=e.memoizedState,e!==null))){e=e.dehydrated;try{Hh(e)}catch(e){Z(t,t.return,e)}}}function Tu(e,t){if(t.memoizedState===null&&(e=t.alternate,e!==null&&(e=e.memoizedState,e!==null&&(e=e.dehydrated,e!==null))))try{Hh(e)}catch(e){Z(t,t.return,e)}}function Eu(e){switch(e.tag){case 31:case 13:case 19:var t=e.stateNode;return t===null&&(t=e.stateNode=new su),t;case 22:return e=e.stateNode,t=e._retryCache,t===null&&(t=e._retryCache=new su),t;default:throw Error(s(435,e.tag))}}function Du(e,t){var n=Eu(e);t.forEach(function(t){if(!n.has(t)){n.add(t);var r=vf.bind(null,e,t);t.then(r,r)}})}function Ou(e,t,n){var r=t.deletions;if(r!==null)for(var i=0;i<r.length;i++){var a=r[i],o=e,c=t,l=c;a:for(;l!==null;){switch(l.tag){case 27:if(Sp(l.type)){bu=l.stateNode,xu=!1;break a}break;case 5:bu=l.stateNode,xu=!1;break a;case 3:case 4:bu=l.stateNode.containerInfo,xu=!0;break a}l=l.return}if(bu===null)throw Error(s(160));Cu(o,c,a),bu=null,xu=!1,o=a.alternate,o!==null&&(o.return=null),a.return=null}if(t.subtreeFlags&13886)for(t=t.child;t!==null;)Au(t,e,n),t=t.sibling}var ku=null;function Au(e,t,n){var r=e.alternate,i=e.flags;switch(e.tag){case 0:case 11:case 14:case 15:if(i&4&&(r=e.updateQueue,r=r===null?null:r.events,r!==null))for(var a=0;a<r.length;a++){var o=r[a];o.ref.impl=o.nextImpl}Ou(t,e,n),ju(e),i&4&&(Sl(3,e,e.return),xl(3,e),Sl(5,e,e.return));break;case 1:Ou(t,e,n),ju(e),i&512&&(G||r===null||El(r,r.return)),i&64&&iu&&(e=e.updateQueue,e!==null&&(t=e.callbacks,t!==null&&(n=e.shared.hiddenCallbacks,e.shared.hiddenCallbacks=n===null?t:n.concat(t))));break;case 26:if(a=ku,Ou(t,e,n),ju(e),i&512&&(G||r===null||El(r,r.return)),i&4){if(i=r===null?null:r.memoizedState,n=e.memoizedState,r===null){if(n===null){if(e.stateNode===null){if(iu)e.stateNode=fp(e.type,e.memoizedProps,t.containerInfo,e);else{a:{t=e.type,n=e.memoizedProps,i=a.ownerDocument||a;b:switch(t){case`title`:r=i.getElementsByTagName(`title`)[0],(!r||r[Rt]||r[jt]||r.namespaceURI===`http://www.w3.org/2000/svg`||r.hasAttribute(`itemprop`))&&(r=i.createElement(t),i.head.insertBefore(r,i.querySelector(`head > title`))),np(r,t,n),r[jt]=e,Gt(r),t=r;break a;case`link`:if(a=Gm(`link`,`href`,i).get(t+(n.href||``))){for(o=0;o<a.length;o++)if(r=a[o],r.getAttribute(`href`)===(n.href==null||n.href===``?null:n.href)&&r.getAttribute(`rel`)===(n.rel==null?null:n.rel)&&r.getAttribute(`title`)===(n.title==null?null:n.title)&&r.getAttribute(`crossorigin`)===(n.crossOrigin==null?null:n.crossOrigin)){a.splice(o,1);break b}}r=i.createElement(t),np(r,t,n),i.head.appendChild(r);break;case`meta`:if(a=Gm(`meta`,`content`,i).get(t+(n.content||``))){for(o=0;o<a.length;o++)if(r=a[o],r.getAttribute(`content`)===(n.content==null?null:``+n.content)&&r.getAttribute(`name`)===(n.name==null?null:n.name)&&r.getAttribute(`property`)===(n.property==null?null:n.property)&&r.getAttribute(`http-equiv`)===(n.httpEquiv==null?null:n.httpEquiv)&&r.getAttribute(`charset`)===(n.charSet==null?null:n.charSet)){a.splice(o,1);break b}}r=i.createElement(t),np(r,t,n),i.head.appendChild(r);break;default:throw Error(s(468,t))}r[jt]=e,Gt(r),t=r}e.stateNode=t}}else iu||Km(a,e.type,e.stateNode)}else e.stateNode=Bm(a,n,e.memoizedProps)}else i===n?n===null&&e.stateNode!==null&&Nl(e,e.memoizedProps,r.memoizedProps):(i===null?(t=r.stateNode,t===null||G||t.parentNode.removeChild(t)):i.count--,n===null?iu||Km(a,e.type,e.stateNode):Bm(a,n,e.memoizedProps))}break;case 27:Ou(t,e,n),ju(e),i&512&&(G||r===null||El(r,r.return)),r!==null&&i&4&&Nl(e,e.memoizedProps,r.memoizedProps);break;case 5:if(a=au,au=!1,Ou(t,e,n),au=a,ju(e),i&512&&(G||r===null||El(r,r.return)),e.flags&32){t=e.stateNode;try{yn(t,``),A=!0}catch(t){Z(e,e.return,t)}}i&4&&e.stateNode!=null&&(t=e.memoizedProps,Nl(e,t,r===null?t:r.memoizedProps)),i&1024&&(ou=!0);break;case 6:if(Ou(t,e,n),ju(e),i&4){if(e.stateNode===null)throw Error(s(162));t=e.memoizedProps,n=e.stateNode;try{n.nodeValue=t,A=!0}catch(t){Z(e,e.return,t)}}break;case 3:if(A=!1,Wm=null,a=ku,ku=bm(t.containerInfo),Ou(t,e,n),ku=a,ju(e),i&4&&r!==null&&r.memoizedState.isDehydrated)try{Hh(t.containerInfo)}catch(t){Z(e,e.return,t)}ou&&(ou=!1,Mu(e)),A=!1;break;case 4:i=au,au=iu,r=tn(),a=ku,ku=bm(e.stateNode.containerInfo),Ou(t,e,n),ju(e),ku=a,A&&uu&&(du=!0),A=r,au=i;break;case 12:Ou(t,e,n),ju(e);break;case 31:Ou(t,e,n),ju(e),i&4&&(t=e.updateQueue,t!==null&&(e.updateQueue=null,Du(e,t)));break;case 13:Ou(t,e,n),ju(e),e.child.flags&8192&&e.memoizedState!==null!=(r!==null&&r.memoizedState!==null)&&(md=Ye()),i&4&&(t=e.updateQueue,t!==null&&(e.updateQueue=null,Du(e,t)));break;case 22:a=e.memoizedState!==null,o=r!==null&&r.memoizedState!==null;var c=iu,l=G,u=au;iu=c||a,au=u||a,G=l||o,Ou(t,e,n),G=l,au=u,iu=c,ju(e),i&8192&&(t=e.stateNode,t._visibility=a?t._visibility&-2:t._visibility|1,!a||r===null||o||iu||G||(t=o||G,n=iu,r=G,iu=a||iu,G=t,Iu(e,2),iu=n,G=r),!a&&au||gu(e,a)),i&4&&(t=e.updateQueue,t!==null&&(n=t.retryQueue,n!==null&&(t.retryQueue=null,Du(e,n))));break;case 19:Ou(t,e,n),ju(e),i&4&&(t=e.updateQueue,t!==null&&(e.updateQueue=null,Du(e,t)));break;case 30:i&512&&(G||r===null||El(r,r.return)),i=tn(),a=uu,o=(n&335544064)===n,c=e.memoizedProps,uu=o&&wi(c.default,c.update)!==`none`,Ou(t,e,n),ju(e),o&&r!==null&&A&&(e.flags|=4),uu=a,A=i;break;case 21:break;case 7:i&512&&(G||r===null||El(r,r.return)),r&&r.stateNode!==null&&(r.stateNode._fragmentFiber=e);default:Ou(t,e,n),ju(e)}}function ju(e){var t=e.flags;if(t&2){try{for(var n,r=e.return;r!==null;){if(Pl(r)){n=r;break}r=r.return}r=null;for(var i=e.return;i!==null;){if(jl(i)){var a=i.stateNode;r===null?r=[a]:r.push(a)}if(Al(i))break;i=i.return}var o=r;if(n==null)throw Error(s(160));switch(n.tag){case 27:var c=n.stateNode;Ll(e,Fl(e),c,o);break;case 5:var l=n.stateNode;n.flags&32&&(yn(l,``),n.flags&=-33),Ll(e,Fl(e),l,o);break;case 3:case 4:var u=n.stateNode.containerInfo;Il(e,Fl(e),u,o);break;default:throw Error(s(161))}}catch(t){Z(e,e.return,t)}e.flags&=-3}t&4096&&(e.flags&=-4097)}function Mu(e){if(e.subtreeFlags&1024)for(e=e.child;e!==null;){var t=e;Mu(t),t.tag===5&&t.flags&1024&&(t=t.stateNode,gh=!0,t.reset(),gh=!1),e=e.sibling}}function Nu(e,t){if(t.subtreeFlags&9270)for(t=t.child;t!==null;)Pu(t,e),t=t.sibling;else ru(t,!1)}function Pu(e,t){var n=e.alternate;if(n===null)Yl(e,!1);else switch(e.tag){case 3:if(fu=lu=!1,Ul(),Nu(t,e),!lu&&!du){if(e=Hl,e!==null)for(var r=0;r<e.length;r+=3){n=e[r];var i=e[r+1];Ep(n,e[r+2]),n=n.ownerDocument.documentElement,n!==null&&n.animate({opacity:[0,0],pointerEvents:[`none`,`none`]},{duration:0,fill:`forwards`,pseudoElement:`::view-transition-group(`+i+`)`})}e=t.containerInfo,e=e.nodeType===9?e.documentElement:e.ownerDocument.documentElement,e!==null&&e.style.viewTransitionName===``&&(e.style.viewTransitionName=`none`,e.animate({opacity:[0,0],pointerEvents:[`none`,`none`]},{duration:0,fill:`forwards`,pseudoElement:`::view-transition-group(root)`}),e.animate({width:[0,0],height:[0,0]},{duration:0,fill:`forwards`,pseudoElement:`::view-transition`})),fu=!0}Hl=null;break;case 5:Nu(t,e);break;case 4:r=lu,lu=!1,Nu(t,e),lu&&(du=!0),lu=r;break;case 22:e.memoizedState===null&&(n.memoizedState===null?Nu(t,e):Yl(e,!1));break;case 30:r=lu,i=Ul(),lu=!1,Nu(t,e),lu&&(e.flags|=4);var a=e.memoizedProps,o=e.stateNode;t=Si(a,o),o=Si(n.memoizedProps,o);var s=wi(a.default,a.update);s===`none`?t=!1:(a=n.memoizedState,n.memoizedState=null,n=e.child,Wl=0,t=nu(e,n,t,o,s,a,!0),Wl!==(a===null?0:a.length)&&(e.flags|=32)),e.flags&4&&t?(Nd(e,e.memoizedProps.onUpdate),Hl=i):i!==null&&(i.push.apply(i,Hl),Hl=i),lu=e.flags&32?!0:r;break;default:Nu(t,e)}}function Fu(e,t){if(t.subtreeFlags&8772)for(t=t.child;t!==null;)hu(e,t.alternate,t),t=t.sibling}function Iu(e,t){for(e=e.child;e!==null;){var n=e,r=t;switch(n.tag){case 0:case 11:case 14:case 15:Sl(4,n,n.return),Iu(n,r);break;case 1:El(n,n.return);var i=n.stateNode;typeof i.componentWillUnmount==`function`&&wl(n,n.return,i),Iu(n,r);break;case 27:r&2&&gm(n.stateNode,n.type,n.memoizedProps);case 5:El(n,n.return),n.tag!==5&&n.tag!==27||kl(n),Iu(n,r);break;case 6:kl(n);break;case 26:El(n,n.return),i=n.stateNode,n.memoizedState!==null||i===null||G||i.parentNode.removeChild(i),Iu(n,r);break;case 22:n.memoizedState===null&&Iu(n,r);break;case 30:El(n,n.return),Iu(n,r);break;case 7:El(n,n.return);default:Iu(n,r)}e=e.sibling}}function Lu(e,t,n){for(n=t.subtreeFlags&8772?n:n&-2,t=t.child;t!==null;){var r=t.alternate,i=e,a=t,o=a.flags,s=!!(n&1);switch(a.tag){case 0:case 11:case 15:Lu(i,a,n),xl(4,a);break;case 1:if(Lu(i,a,n),r=a,i=r.stateNode,typeof i.componentDidMount==`function`)try{i.componentDidMount()}catch(e){Z(r,r.return,e)}if(r=a,i=r.updateQueue,i!==null){var c=r.stateNode;try{var l=i.shared.hiddenCallbacks;if(l!==null)for(i.shared.hiddenCallbacks=null,i=0;i<l.length;i++)wo(l[i],c)}catch(e){Z(r,r.return,e)}}s&&o&64&&Cl(a),Tl(a,a.return);break;case 27:n&2&&Rl(a);case 5:a.tag!==5&&a.tag!==27||Ol(a),Lu(i,a,n),s&&r===null&&o&4&&Ml(a),Tl(a,a.return);break;case 6:Ol(a);break;case 26:c=a.stateNode,a.memoizedState!==null||c===null||iu||Km(bm(c.ownerDocument),a.type,c),Lu(i,a,n),s&&r===null&&o&4&&Ml(a),Tl(a,a.return);break;case 12:Lu(i,a,n);break;case 31:Lu(i,a,n),s&&o&4&&wu(i,a);break;case 13:Lu(i,a,n),s&&o&4&&Tu(i,a);break;case 22:a.memoizedState===null&&Lu(i,a,n),Tl(a,a.return);break;case 30:Lu(i,a,n),Tl(a,a.return);break;case 7:Tl(a,a.return);default:Lu(i,a,n)}t=t.sibling}}function Ru(e,t){var n=null;e!==null&&e.memoizedState!==null&&e.memoizedState.cachePool!==null&&(n=e.memoizedState.cachePool.pool),e=null,t.memoizedState!==null&&t.memoizedState.cachePool!==null&&(e=t.memoizedState.cachePool.pool),e!==n&&(e!=null&&e.refCount++,n!=null&&Na(n))}function zu(e,t){e=null,t.alternate!==null&&(e=t.alternate.memoizedState.cache),t=t.memoizedState.cache,t!==e&&(t.refCount++,e!=null&&Na(e))}function Bu(e,t,n,r){var i=(n&335544064)===n;if(t.subtreeFlags&(i?10262:10256))for(t=t.child;t!==null;)Vu(e,t,n,r),t=t.sibling;else i&&tu(t)}function Vu(e,t,n,r){var i=(n&335544064)===n;i&&t.alternate===null&&t.return!==null&&t.return.alternate!==null&&eu(t);var a=t.flags;switch(t.tag){case 0:case 11:case 15:Bu(e,t,n,r),a&2048&&xl(9,t);break;case 1:Bu(e,t,n,r);break;case 3:Bu(e,t,n,r),i&&fu&&(e=e.containerInfo,e=e.nodeType===9?e.body:e.nodeName===`HTML`?e.ownerDocument.body:e,e.style.viewTransitionName===`root`&&(e.style.viewTransitionName=``),e=e.ownerDocument.documentElement,e!==null&&e.style.viewTransitionName===`none`&&(e.style.viewTransitionName=``)),a&2048&&(a=null,t.alternate!==null&&(a=t.alternate.memoizedState.cache),t=t.memoizedState.cache,t!==a&&(t.refCount++,a!=null&&Na(a)));break;case 12:if(a&2048){Bu(e,t,n,r),a=t.stateNode;try{var o=t.memoizedProps,s=o.id,c=o.onPostCommit;typeof c==`function`&&c(s,t.alternate===null?`mount`:`update`,a.passiveEffectDuration,-0)}catch(e){Z(t,t.return,e)}}else Bu(e,t,n,r);break;case 31:Bu(e,t,n,r);break;case 13:Bu(e,t,n,r);break;case 23:break;case 22:o=t.stateNode,s=t.alternate,t.memoizedState===null?(i&&s!==null&&s.memoizedState!==null&&eu(t),o._visibility&2?Bu(e,t,n,r):(o._visibility|=2,Hu(e,t,n,r,!!(t.subtreeFlags&10256)||!1))):(i&&s!==null&&s.memoizedState===null&&eu(s),o._visibility&2?Bu(e,t,n,r):Uu(e,t)),a&2048&&Ru(s,t);break;case 24:Bu(e,t,n,r),a&2048&&zu(t.alternate,t);break;case 30:i&&(a=t.alternate,a!==null&&(ql(a.child,!0),ql(t.child,!0))),Bu(e,t,n,r);break;default:Bu(e,t,n,r)}}function Hu(e,t,n,r,i){for(i&&=!!(t.subtreeFlags&10256)||!1,t=t.child;t!==null;){var a=e,o=t,s=n,c=r,l=o.flags;switch(o.tag){case 0:case 11:case 15:Hu(a,o,s,c,i),xl(8,o);break;case 23:break;case 22:var u=o.stateNode;o.memoizedState===null?(u._visibility|=2,Hu(a,o,s,c,i)):u._visibility&2?Hu(a,o,s,c,i):Uu(a,o),i&&l&2048&&Ru(o.alternate,o);break;case 24:Hu(a,o,s,c,i),i&&l&2048&&zu(o.alternate,o);break;default:Hu(a,o,s,c,i)}t=t.sibling}}function Uu(e,t){if(t.subtreeFlags&10256)for(t=t.child;t!==null;){var n=e,r=t,i=r.flags;switch(r.tag){case 22:Uu(n,r),i&2048&&Ru(r.alternate,r);break;case 24:Uu(n,r),i&2048&&zu(r.alternate,r);break;default:Uu(n,r)}t=t.sibling}}var Wu=8192;function Gu(e,t,n){if(e.subtreeFlags&Wu)for(e=e.child;e!==null;)Ku(e,t,n),e=e.sibling}function Ku(e,t,n){switch(e.tag){case 26:Gu(e,t,n),e.flags&Wu&&(e.memoizedState===null?(e=e.stateNode,(t&335544128)===t&&Zm(n,e)):Qm(n,ku,e.memoizedState,e.memoizedProps));break;case 5:Gu(e,t,n),e.flags&Wu&&(e=e.stateNode,(t&335544128)===t&&Zm(n,e));break;case 3:case 4:var r=ku;ku=bm(e.stateNode.containerInfo),Gu(e,t,n),ku=r;break;case 22:e.memoizedState===null&&(r=e.alternate,r!==null&&r.memoizedState!==null?(r=Wu,Wu=16777216,Gu(e,t,n),Wu=r):Gu(e,t,n));break;case 30:if((e.flags&Wu)!==0&&(r=e.memoizedProps.name,r!=null&&r!==`auto`)){var i=e.stateNode;i.paired=null,Bl===null&&(Bl=new Map),Bl.set(r,i)}Gu(e,t,n);break;default:Gu(e,t,n)}}function qu(e){var t=e.alternate;if(t!==null&&(e=t.child,e!==null)){t.child=null;do t=e.sibling,e.sibling=null,e=t;while(e!==null)}}function Ju(e){var t=e.deletions;if(e.flags&16){if(t!==null)for(var n=0;n<t.length;n++){var r=t[n];cu=r,Zu(r,e)}qu(e)}if(e.subtreeFlags&10256)for(e=e.child;e!==null;)Yu(e),e=e.sibling}function Yu(e){switch(e.tag){case 0:case 11:case 15:Ju(e),e.flags&2048&&Sl(9,e,e.return);break;case 3:Ju(e);break;case 12:Ju(e);break;case 22:var t=e.stateNode;e.memoizedState!==null&&t._visibility&2&&(e.return===null||e.return.tag!==13)?(t._visibility&=-3,Xu(e)):Ju(e);break;default:Ju(e)}}function Xu(e){var t=e.deletions;if(e.flags&16){if(t!==null)for(var n=0;n<t.length;n++){var r=t[n];cu=r,Zu(r,e)}qu(e)}for(e=e.child;e!==null;){switch(t=e,t.tag){case 0:case 11:case 15:Sl(8,t,t.return),Xu(t);break;case 22:n=t.stateNode,n._visibility&2&&(n._visibility&=-3,Xu(t));break;default:Xu(t)}e=e.sibling}}function Zu(e,t){for(;cu!==null;){var n=cu;switch(n.tag){case 0:case 11:case 15:Sl(8,n,t);break;case 23:case 22:if(n.memoizedState!==null&&n.memoizedState.cachePool!==null){var r=n.memoizedState.cachePool.pool;r!=null&&r.refCount++}break;case 24:Na(n.memoizedState.cache)}if(r=n.child,r!==null)r.return=n,cu=r;else a:for(n=e;cu!==null;){r=cu;var i=r.sibling,a=r.return;if(yu(r),r===n){cu=null;break a}if(i!==null){i.return=a,cu=i;break a}cu=a}}}var Qu={getCacheForType:function(e){var t=Ta(ja),n=t.data.get(e);return n===void 0&&(n=e(),t.data.set(e,n)),n},cacheSignal:function(){return Ta(ja).controller.signal}},$u=typeof WeakMap==`function`?WeakMap:Map,K=0,q=null,J=null,Y=0,X=0,ed=null,td=!1,nd=!1,rd=!1,id=0,ad=0,od=0,sd=0,cd=0,ld=0,ud=0,dd=null,fd=null,pd=!1,md=0,hd=0,gd=1/0,_d=null,vd=null,yd=0,bd=null,xd=null,Sd=0,Cd=0,wd=null,Td=null,Ed=null,Dd=null,Od=null,kd=0,Ad=null;function jd(){return K&2&&Y!==0?Y&-Y:E.T===null?Ot():Pf()}function Md(){if(ld===0){if(!(Y&536870912)||B){var e=ft;ft<<=1,!(ft&3932160)&&(ft=262144),ld=e}else ld=536870912}return e=V.current,e!==null&&(e.flags|=32),ld}function Nd(e,t){if(t!=null){var n=e.stateNode,r=n.ref;r===null&&(r=n.ref=Pp(Si(e.memoizedProps,n))),Dd===null&&(Dd=[]),Dd.push(t.bind(null,r))}}function Pd(e,t,n){(e===q&&(X===2||X===9)||e.cancelPendingCommit!==null)&&(Vd(e,0),Rd(e,Y,ld,!1)),xt(e,n),K&2&&e===q||(e===q&&(!(K&2)&&(sd|=n),ad===4&&Rd(e,Y,ld,!1)),Ef(e))}function Fd(e,t,n){if(K&6)throw Error(s(327));var r=!n&&!(t&127)&&(t&e.expiredLanes)===0||gt(e,t),i=r?Yd(e,t):qd(e,t,!0),a=r;do{if(i===0){nd&&!r&&Rd(e,t,0,!1);break}if(n=e.current.alternate,a&&!Ld(n))i=qd(e,t,!1),a=!1;else{if(i===2){if(a=t,e.errorRecoveryDisabledLanes&a)var o=0;else o=e.pendingLanes&-536870913,o=o===0?o&536870912?536870912:0:o;if(o!==0){t=o;a:{var c=e;i=dd;var l=c.current.memoizedState.isDehydrated;if(l&&(Vd(c,o).flags|=256),o=qd(c,o,!1),o!==2&&o!==6){if(rd&&!l){c.errorRecoveryDisabledLanes|=a,sd|=a,i=4;break a}a=fd,fd=i,a!==null&&(fd===null?fd=a:fd.push.apply(fd,a))}i=o}if(a=!1,i!==2)continue}}if(i===1){Vd(e,0),Rd(e,t,0,!0);break}a:{switch(r=e,a=i,a){case 0:case 1:throw Error(s(345));case 4:if((t&4194048)!==t&&(t&62914560)!==t)break;case 6:Rd(r,t,ld,!td);break a;case 2:fd=null;break;case 3:case 5:break;default:throw Error(s(329))}if((t&62914560)===t&&(i=md+300-Ye(),10<i)){if(Rd(r,t,ld,!td),ht(r,0,!0)!==0)break a;Sd=t,r.timeoutHandle=gp(Id.bind(null,r,n,fd,_d,pd,t,ld,sd,ud,td,a,`Throttled`,-0,0),i);break a}Id(r,n,fd,_d,pd,t,ld,sd,ud,td,a,null,-0,0)}break}}while(1);Ef(e)}function Id(e,t,n,r,i,a,o,s,c,l,u,d,f,p){e.timeoutHandle=-1;var m=t.subtreeFlags,h=(a&335544064)===a;d=null,(h||m&8192||(m&16785408)==16785408)&&(d={stylesheets:null,count:0,imgCount:0,imgBytes:0,suspenseyImages:[],waitingForImages:!0,waitingForViewTransition:!1,unsuspend:En},Bl=null,Ku(t,a,d),h&&(m=d,h=e.containerInfo,h=(h.nodeType===9?h:h.ownerDocument).__reactViewTransition,h!=null&&(m.count++,m.waitingForViewTransition=!0,m=nh.bind(m),h.finished.then(m,m))),m=(a&62914560)===a?md-Ye():(a&4194048)===a?hd-Ye():0,m=eh(d,m),m!==null)?(Sd=a,e.cancelPendingCommit=m(nf.bind(null,e,t,a,n,r,i,o,s,c,l,u,d,null,f,p)),Rd(e,a,o,!l)):nf(e,t,a,n,r,i,o,s,c,l,u,d)}function Ld(e){for(var t=e;;){var n=t.tag;if((n===0||n===11||n===15)&&t.flags&16384&&(n=t.updateQueue,n!==null&&(n=n.stores,n!==null)))for(var r=0;r<n.length;r++){var i=n[r],a=i.getSnapshot;i=i.value;try{if(!Yr(a(),i))return!1}catch{return!1}}if(n=t.child,t.subtreeFlags&16384&&n!==null)n.return=t,t=n;else{if(t===e)break;for(;t.sibling===null;){if(t.return===null||t.return===e)return!0;t=t.return}t.sibling.return=t.return,t=t.sibling}}return!0}function Rd(e,t,n,r){t=_t(e,t),t&=~cd,t&=~sd,e.suspendedLanes|=t,e.pingedLanes&=~t,r&&(e.warmLanes|=t),r=e.expirationTimes;for(var i=t;0<i;){var a=31-st(i),o=1<<a;r[a]=-1,i&=~o}n!==0&&Ct(e,n,t)}function zd(){return K&6?!0:(Df(0,!1),!1)}function Bd(){if(J!==null){if(X===0)var e=J.return;else e=J,_a=ga=null,rs(e),ao=null,oo=0,e=J;for(;e!==null;)bl(e.alternate,e),e=e.return;J=null}}function Vd(e,t){var n=e.timeoutHandle;return n!==-1&&(e.timeoutHandle=-1,_p(n)),n=e.cancelPendingCommit,n!==null&&(e.cancelPendingCommit=null,n()),Sd=0,Bd(),q=e,J=n=zi(e.current,null),Y=t,X=0,ed=null,td=!1,nd=gt(e,t),rd=!1,ud=ld=cd=sd=od=ad=0,fd=dd=null,pd=!1,id=_t(e,t),ki(),n}function Hd(e,t){H=null,E.H=pc,t===Ya||t===Za?(t=ro(),X=3):t===Xa?(t=ro(),X=4):X=t===jc?8:typeof t==`object`&&t&&typeof t.then==`function`?6:1,ed=t,J===null&&(ad=1,Tc(e,I(t,e.current)))}function Ud(){var e=V.current;return e===null?!0:(Y&4194048)===Y?jo===null:(Y&62914560)===Y||Y&536870912?e===jo:!1}function Wd(){var e=E.H;return E.H=pc,e===null?pc:e}function Gd(){var e=E.A;return E.A=Qu,e}function Kd(){ad=4,td||(Y&4194048)!==Y&&V.current!==null||(nd=!0),!(od&134217727)&&!(sd&134217727)||q===null||Rd(q,Y,ld,!1)}function qd(e,t,n){var r=K;K|=2;var i=Wd(),a=Gd();(q!==e||Y!==t)&&(_d=null,Vd(e,t)),t=!1;var o=ad;a:do try{if(X!==0&&J!==null){var s=J,c=ed;switch(X){case 8:Bd(),o=6;break a;case 3:case 2:case 9:case 6:V.current===null&&(t=!0);var l=X;if(X=0,ed=null,$d(e,s,c,l),n&&nd){o=0;break a}break;default:l=X,X=0,ed=null,$d(e,s,c,l)}}Jd(),o=ad;break}catch(t){Hd(e,t)}while(1);return t&&e.shellSuspendCounter++,_a=ga=null,K=r,E.H=i,E.A=a,J===null&&(q=null,Y=0,ki()),o}function Jd(){for(;J!==null;)Zd(J)}function Yd(e,t){var n=K;K|=2;var r=Wd(),i=Gd();q!==e||Y!==t?(_d=null,gd=Ye()+500,Vd(e,t)):nd=gt(e,t);a:do try{if(X!==0&&J!==null){t=J;var a=ed;b:switch(X){case 1:X=0,ed=null,$d(e,t,a,1);break;case 2:case 9:if($a(a)){X=0,ed=null,Qd(t);break}t=function(){X!==2&&X!==9||q!==e||(X=7),Ef(e)},a.then(t,t);break a;case 3:X=7;break a;case 4:X=5;break a;case 7:$a(a)?(X=0,ed=null,Qd(t)):(X=0,ed=null,$d(e,t,a,7));break;case 5:var o=null;switch(J.tag){case 26:o=J.memoizedState;case 5:case 27:var c=J;if(o?Ym(o):c.stateNode.complete){X=0,ed=null;var l=c.sibling;if(l!==null)J=l;else{var u=c.return;u===null?J=null:(J=u,ef(u))}break b}}X=0,ed=null,$d(e,t,a,5);break;case 6:X=0,ed=null,$d(e,t,a,6);break;case 8:Bd(),ad=6;break a;default:throw Error(s(462))}}Xd();break}catch(t){Hd(e,t)}while(1);return _a=ga=null,E.H=r,E.A=i,K=n,J===null?(q=null,Y=0,ki(),ad):0}function Xd(){for(;J!==null&&!qe();)Zd(J)}function Zd(e){var t=dl(e.alternate,e,id);e.memoizedProps=e.pendingProps,t===null?ef(e):J=t}function Qd(e){var t=e,n=t.alternate;switch(t.tag){case 15:case 0:t=Gc(n,t,t.pendingProps,t.type,void 0,Y);break;case 11:t=Gc(n,t,t.pendingProps,t.type.render,t.ref,Y);break;case 5:rs(t);var r=t;r===ia&&(B?(ua(r),r.tag===5&&r.stateNode!=null&&(z=r.stateNode)):(ua(r),B=!0));default:bl(n,t),t=J=F(t,id),t=dl(n,t,id)}e.memoizedProps=e.pendingProps,t===null?ef(e):J=t}function $d(e,t,n,r){_a=ga=null,rs(t),ao=null,oo=0;var i=t.return;try{if(Ac(e,i,t,n,Y)){ad=1,Tc(e,I(n,e.current)),J=null;return}}catch(t){if(i!==null)throw J=i,t;ad=1,Tc(e,I(n,e.current)),J=null;return}t.flags&32768?(B||r===1?e=!0:nd||Y&536870912?e=!1:(td=e=!0,(r===2||r===9||r===3||r===6)&&(r=V.current,r!==null&&r.tag===13&&(r.flags|=16384))),tf(t,e)):ef(t)}function ef(e){var t=e;do{if(t.flags&32768){tf(t,td);return}e=t.return;var n=vl(t.alternate,t,id);if(n!==null){J=n;return}if(t=t.sibling,t!==null){J=t;return}J=t=e}while(t!==null);ad===0&&(ad=5)}function tf(e,t){do{var n=yl(e.alternate,e);if(n!==null){n.flags&=32767,J=n;return}if(n=e.return,n!==null&&(n.flags|=32768,n.subtreeFlags=0,n.deletions=null),!t&&(e=e.sibling,e!==null)){J=e;return}J=e=n}while(e!==null);ad=6,J=null}function nf(e,t,n,r,i,a,o,c,l,u,d,f){e.cancelPendingCommit=null;do df();while(yd!==0);if(K&6)throw Error(s(327));if(t!==null){if(t===e.current)throw Error(s(177));e===q&&(J=q=null,Y=0),xd=t,bd=e,Sd=n,wd=i,Td=r,rf(e,t,n,o,c,l,f)}}function rf(e,t,n,r,i,a,o){var s=t.lanes|t.childLanes;if(Cd=s,s|=Oi,St(e,n,s,r,i,a),Dd=null,(n&335544064)===n?(Od=Ia(e),r=10262):(Od=null,r=10256),(t.subtreeFlags&r)!==0||(t.flags&r)!==0?(e.callbackNode=null,e.callbackPriority=0,yf($e,function(){return ff(),null})):(e.callbackNode=null,e.callbackPriority=0),zl=!1,r=!!(t.flags&13878),t.subtreeFlags&13878||r){r=E.T,E.T=null,i=D.p,D.p=2,a=K,K|=4;try{pu(e,t,n)}finally{K=a,D.p=i,E.T=r}}yd=1,zl?Ed=Mp(o,e.containerInfo,Od,sf,cf,of,lf,ff,af,null,null):(sf(),cf(),lf())}function af(e){if(yd!==0){var t=bd.onRecoverableError;t(e,{componentStack:null})}}function of(){yd===3&&(yd=0,Pu(xd,bd),yd=4)}function sf(){if(yd===1){yd=0;var e=bd,t=xd,n=Sd,r=!!(t.flags&13878);if(t.subtreeFlags&13878||r){r=E.T,E.T=null;var i=D.p;D.p=2;var a=K;K|=4;try{uu=du=!1,Au(t,e,n),n=cp;var o=ti(e.containerInfo),s=n.focusedElem,c=n.selectionRange;if(o!==s&&s&&s.ownerDocument&&ei(s.ownerDocument.documentElement,s)){if(c!==null&&ni(s)){var l=c.start,u=c.end;if(u===void 0&&(u=l),`selectionStart`in s)s.selectionStart=l,s.selectionEnd=Math.min(u,s.value.length);else{var d=s.ownerDocument||document,f=d&&d.defaultView||window;if(f.getSelection){var p=f.getSelection(),m=s.textContent.length,h=Math.min(c.start,m),g=c.end===void 0?h:Math.min(c.end,m);!p.extend&&h>g&&(o=g,g=h,h=o);var _=$r(s,h),v=$r(s,g);if(_&&v&&(p.rangeCount!==1||p.anchorNode!==_.node||p.anchorOffset!==_.offset||p.focusNode!==v.node||p.focusOffset!==v.offset)){var y=d.createRange();y.setStart(_.node,_.offset),p.removeAllRanges(),h>g?(p.addRange(y),p.extend(v.node,v.offset)):(y.setEnd(v.node,v.offset),p.addRange(y))}}}}for(d=[],p=s;p=p.parentNode;)p.nodeType===1&&d.push({element:p,left:p.scrollLeft,top:p.scrollTop});for(typeof s.focus==`function`&&s.focus(),s=0;s<d.length;s++){var b=d[s];b.element.scrollLeft=b.left,b.element.scrollTop=b.top}}gh=!!sp,cp=sp=null}finally{K=a,D.p=i,E.T=r}}e.current=t,yd=2}}function cf(){if(yd===2){yd=0;var e=bd,t=xd,n=!!(t.flags&8772);if(t.subtreeFlags&8772||n){n=E.T,E.T=null;var r=D.p;D.p=2;var i=K;K|=4;try{hu(e,t.alternate,t)}finally{K=i,D.p=r,E.T=n}}yd=3}}function lf(){if(yd===4||yd===3){yd=0;var e=Ed;Ed=null,Je();var t=bd,n=xd,r=Sd,i=Td,a=(r&335544064)===r?10262:10256;if((n.subtreeFlags&a)!==0||(n.flags&a)!==0?yd=5:(yd=0,xd=bd=null,uf(t,t.pendingLanes)),a=t.pendingLanes,a===0&&(vd=null),Dt(r),n=n.stateNode,at&&typeof at.onCommitFiberRoot==`function`)try{at.onCommitFiberRoot(it,n,void 0,(n.current.flags&128)==128)}catch{}if(i!==null){n=E.T,a=D.p,D.p=2,E.T=null;try{for(var o=t.onRecoverableError,s=0;s<i.length;s++){var c=i[s];o(c.value,{componentStack:c.stack})}}finally{E.T=n,D.p=a}}if(i=Dd,o=Od,Od=null,i!==null&&(Dd=null,o===null&&(o=[]),e!==null))for(c=0;c<i.length;c++)n=(0,i[c])(o),n!==void 0&&e.finished.finally(n);Sd&3&&df(),Ef(t),a=t.pendingLanes,r&261930&&a&42?t===Ad?kd++:(kd=0,Ad=t):(kd=0,Ad=null),Df(0,!1)}}function uf(e,t){(e.pooledCacheLanes&=t)===0&&(t=e.pooledCache,t!=null&&(e.pooledCache=null,Na(t)))}function df(){return Ed!==null&&(Ed.skipTransition(),Ed=null),sf(),cf(),lf(),ff()}function ff(){if(yd!==5)return!1;var e=bd,t=Cd;Cd=0;var n=Dt(Sd),r=E.T,i=D.p;try{D.p=32>n?32:n,E.T=null,n=wd,wd=null;var a=bd,o=Sd;if(yd=0,xd=bd=null,Sd=0,K&6)throw Error(s(331));var c=K;if(K|=4,Yu(a.current),Vu(a,a.current,o,n),K=c,Df(0,!1),at&&typeof at.onPostCommitFiberRoot==`function`)try{at.onPostCommitFiberRoot(it,a)}catch{}return!0}finally{D.p=i,E.T=r,uf(e,t)}}function pf(e,t,n){t=I(n,t),t=Dc(e.stateNode,t,2),e=vo(e,t,2),e!==null&&(xt(e,2),Ef(e))}function Z(e,t,n){if(e.tag===3)pf(e,e,n);else for(;t!==null;){if(t.tag===3){pf(t,e,n);break}if(t.tag===1){var r=t.stateNode;if(typeof t.type.getDerivedStateFromError==`function`||typeof r.componentDidCatch==`function`&&(vd===null||!vd.has(r))){e=I(n,e),n=Oc(2),r=vo(t,n,2),r!==null&&(kc(n,r,t,e),xt(r,2),Ef(r));break}}t=t.return}}function mf(e,t,n){var r=e.pingCache;if(r===null){r=e.pingCache=new $u;var i=new Set;r.set(t,i)}else i=r.get(t),i===void 0&&(i=new Set,r.set(t,i));i.has(n)||(rd=!0,i.add(n),e=hf.bind(null,e,t,n),t.then(e,e))}function hf(e,t,n){var r=e.pingCache;r!==null&&r.delete(t),e.pingedLanes|=e.suspendedLanes&n,e.warmLanes&=~n,q===e&&(Y&n)===n&&(ad===4||ad===3&&(Y&62914560)===Y&&300>Ye()-md?K&2?cd|=n:Vd(e,0):cd|=n,ud===Y&&(ud=0)),Ef(e)}function gf(e,t){t===0&&(t=yt()),e=Mi(e,t),e!==null&&(xt(e,t),Ef(e))}function _f(e){var t=e.memoizedState,n=0;t!==null&&(n=t.retryLane),gf(e,n)}function vf(e,t){var n=0;switch(e.tag){case 31:case 13:var r=e.stateNode,i=e.memoizedState;i!==null&&(n=i.retryLane);break;case 19:r=e.stateNode;break;case 22:r=e.stateNode._retryCache;break;default:throw Error(s(314))}r!==null&&r.delete(t),gf(e,n)}function yf(e,t){return Ge(e,t)}var bf=null,xf=null,Sf=!1,Cf=!1,wf=!1,Tf=0;function Ef(e){e!==xf&&e.next===null&&(xf===null?bf=xf=e:xf=xf.next=e),Cf=!0,Sf||(Sf=!0,Nf())}function Df(e,t){if(!wf&&Cf){wf=!0;do for(var n=!1,r=bf;r!==null;){if(!t){if(e!==0){var i=r.pendingLanes;if(i===0)var a=0;else{var o=r.suspendedLanes,s=r.pingedLanes;a=(1<<31-st(42|e)+1)-1,a&=i&~(o&~s),a=a&201326741?a&201326741|1:a?a|2:0}a!==0&&(n=!0,Mf(r,a))}else a=Y,a=ht(r,r===q?a:0,r.cancelPendingCommit!==null||r.timeoutHandle!==-1),!(a&3)||gt(r,a)||(n=!0,Mf(r,a))}r=r.next}while(n);wf=!1}}function Of(){kf()}function kf(){Cf=Sf=!1;var e=0;Tf!==0&&hp()&&(e=Tf);for(var t=Ye(),n=null,r=bf;r!==null;){var i=r.next,a=Af(r,t);a===0?(r.next=null,n===null?bf=i:n.next=i,i===null&&(xf=n)):(n=r,(e!==0||a&3)&&(Cf=!0)),r=i}yd!==0&&yd!==5||Df(e,!1),Tf!==0&&(Tf=0)}function Af(e,t){for(var n=e.suspendedLanes,r=e.pingedLanes,i=e.expirationTimes,a=e.pendingLanes&-62914561;0<a;){var o=31-st(a),s=1<<o,c=i[o];c===-1?((s&n)===0||(s&r)!==0)&&(i[o]=vt(s,t)):c<=t&&(e.expiredLanes|=s),a&=~s}if(t=q,n=Y,n=ht(e,e===t?n:0,e.cancelPendingCommit!==null||e.timeoutHandle!==-1),r=e.callbackNode,n===0||e===t&&(X===2||X===9)||e.cancelPendingCommit!==null)return r!==null&&r!==null&&Ke(r),e.callbackNode=null,e.callbackPriority=0;if(!(n&3)||gt(e,n)){if(t=n&-n,t===e.callbackPriority)return t;switch(r!==null&&Ke(r),Dt(n)){case 2:case 8:n=Qe;break;case 32:n=$e;break;case 268435456:n=tt;break;default:n=$e}return r=jf.bind(null,e),n=Ge(n,r),e.callbackPriority=t,e.callbackNode=n,t}return r!==null&&r!==null&&Ke(r),e.callbackPriority=2,e.callbackNode=null,2}function jf(e,t){if(yd!==0&&yd!==5)return e.callbackNode=null,e.callbackPriority=0,null;var n=e.callbackNode;if(df()&&e.callbackNode!==n)return null;var r=Y;return r=ht(e,e===q?r:0,e.cancelPendingCommit!==null||e.timeoutHandle!==-1),r===0?null:(Fd(e,r,t),Af(e,Ye()),e.callbackNode!=null&&e.callbackNode===n?jf.bind(null,e):null)}function Mf(e,t){if(df())return null;Fd(e,t,!0)}function Nf(){bp(function(){K&6?Ge(Ze,Of):kf()})}function Pf(){if(Tf===0){var e=za;e===0&&(e=dt,dt<<=1,!(dt&261888)&&(dt=256)),Tf=e}return Tf}function Ff(e){return e==null||typeof e==`symbol`||typeof e==`boolean`?null:typeof e==`function`?e:Tn(e)}function If(e,t,n,r,i){if(t===`submit`&&n&&n.stateNode===i){var a=Ff((i[Mt]||null).action),o=r.submitter;o&&(t=(t=o[Mt]||null)?Ff(t.formAction):o.getAttribute(`formAction`),t!==null&&(a=t,o=null));var s=new qn(`action`,`action`,null,r,i);e.push({event:s,listeners:[{instance:null,listener:function(){if(r.defaultPrevented){if(Tf!==0){var e=new FormData(i,o);$s(n,{pending:!0,data:e,method:i.method,action:a},null,e)}}else typeof a==`function`&&(s.preventDefault(),e=new FormData(i,o),$s(n,{pending:!0,data:e,method:i.method,action:a},a,e))},currentTarget:i}]})}}for(var Lf=0;Lf<yi.length;Lf++){var Rf=yi[Lf];bi(Rf.toLowerCase(),`on`+(Rf[0].toUpperCase()+Rf.slice(1)))}bi(fi,`onAnimationEnd`),bi(pi,`onAnimationIteration`),bi(mi,`onAnimationStart`),bi(`dblclick`,`onDoubleClick`),bi(`focusin`,`onFocus`),bi(`focusout`,`onBlur`),bi(hi,`onTransitionRun`),bi(gi,`onTransitionStart`),bi(_i,`onTransitionCancel`),bi(P,`onTransitionEnd`),Xt(`onMouseEnter`,[`mouseout`,`mouseover`]),Xt(`onMouseLeave`,[`mouseout`,`mouseover`]),Xt(`onPointerEnter`,[`pointerout`,`pointerover`]),Xt(`onPointerLeave`,[`pointerout`,`pointerover`]),Yt(`onChange`,`change click focusin focusout input keydown keyup selectionchange`.split(` `)),Yt(`onSelect`,`focusout contextmenu dragend focusin keydown keyup mousedown mouseup selectionchange`.split(` `)),Yt(`onBeforeInput`,[`compositionend`,`keypress`,`textInput`,`paste`]),Yt(`onCompositionEnd`,`compositionend focusout keydown keypress keyup mousedown`.split(` `)),Yt(`onCompositionStart`,`compositionstart focusout keydown keypress keyup mousedown`.split(` `)),Yt(`onCompositionUpdate`,`compositionupdate focusout keydown keypress keyup mousedown`.split(` `));var zf=`abort canplay canplaythrough durationchange emptied encrypted ended error loadeddata loadedmetadata loadstart pause play playing progress ratechange resize seeked seeking stalled suspend timeupdate volumechange waiting`.split(` `),Bf=new Set(`beforetoggle cancel close invalid load scroll scrollend toggle`.split(` `).concat(zf));function Vf(e,t){t=!!(t&4);for(var n=0;n<e.length;n++){var r=e[n],i=r.event;r=r.listeners;a:{var a=void 0;if(t)for(var o=r.length-1;0<=o;o--){var s=r[o],c=s.instance,l=s.currentTarget;if(s=s.listener,c!==a&&i.isPropagationStopped())break a;a=s,i.currentTarget=l;try{a(i)}catch(e){Ti(e)}i.currentTarget=null,a=c}else for(o=0;o<r.length;o++){if(s=r[o],c=s.instance,l=s.currentTarget,s=s.listener,c!==a&&i.isPropagationStopped())break a;a=s,i.currentTarget=l;try{a(i)}catch(e){Ti(e)}i.currentTarget=null,a=c}}}}function Q(e,t){var n=t[Pt];n===void 0&&(n=t[Pt]=new Set);var r=e+`__bubble`;n.has(r)||(Gf(t,e,2,!1),n.add(r))}function Hf(e,t,n){var r=0;t&&(r|=4),Gf(n,e,r,t)}var Uf=`_reactListening`+Math.random().toString(36).slice(2);function Wf(e){if(!e[Uf]){e[Uf]=!0,qt.forEach(function(t){t!==`selectionchange`&&(Bf.has(t)||Hf(t,!1,e),Hf(t,!0,e))});var t=e.nodeType===9?e:e.ownerDocument;t===null||t[Uf]||(t[Uf]=!0,Hf(`selectionchange`,!1,t))}}function Gf(e,t,n,r){switch(Ch(t)){case 2:var i=_h;break;case 8:i=vh;break;default:i=yh}n=i.bind(null,t,n,e),i=void 0,!In||t!==`touchstart`&&t!==`touchmove`&&t!==`wheel`||(i=!0),r?i===void 0?e.addEventListener(t,n,!0):e.addEventListener(t,n,{capture:!0,passive:i}):i===void 0?e.addEventListener(t,n,!1):e.addEventListener(t,n,{passive:i})}function Kf(e,t,n,r,i){var a=r;if(!(t&1)&&!(t&2)&&r!==null)a:for(;;){if(r===null)return;var o=r.tag;if(o===3||o===4){var s=r.stateNode.containerInfo;if(s===i)break;if(o===4)for(o=r.return;o!==null;){var c=o.tag;if((c===3||c===4)&&o.stateNode.containerInfo===i)return;o=o.return}for(;s!==null;){if(o=Vt(s),o===null)return;if(c=o.tag,c===5||c===6||c===26||c===27){r=a=o;continue a}s=s.parentNode}}r=r.return}Nn(function(){var r=a,i=On(n),o=[];a:{var s=vi.get(e);if(s!==void 0){var c=qn,u=e;switch(e){case`keypress`:if(Hn(n)===0)break a;case`keydown`:case`keyup`:c=dr;break;case`focusin`:u=`focus`,c=nr;break;case`focusout`:u=`blur`,c=nr;break;case`beforeblur`:case`afterblur`:c=nr;break;case`click`:if(n.button===2)break a;case`auxclick`:case`dblclick`:case`mousedown`:case`mousemove`:case`mouseup`:case`mouseout`:case`mouseover`:case`contextmenu`:c=er;break;case`drag`:case`dragend`:case`dragenter`:case`dragexit`:case`dragleave`:case`dragover`:case`dragstart`:case`drop`:c=tr;break;case`touchcancel`:case`touchend`:case`touchmove`:case`touchstart`:c=mr;break;case fi:case pi:case mi:c=rr;break;case P:c=hr;break;case`scroll`:case`scrollend`:c=Yn;break;case`wheel`:c=gr;break;case`copy`:case`cut`:case`paste`:c=ir;break;case`gotpointercapture`:case`lostpointercapture`:case`pointercancel`:case`pointerdown`:case`pointermove`:case`pointerout`:case`pointerover`:case`pointerup`:c=fr;break;case`submit`:c=pr;break;case`toggle`:case`beforetoggle`:c=_r}var d=!!(t&4),f=!d&&(e===`scroll`||e===`scrollend`),p=d?s===null?null:s+`Capture`:s;d=[];for(var m=r,h;m!==null;){var g=m;if(h=g.stateNode,g=g.tag,g!==5&&g!==26&&g!==27||h===null||p===null||(g=Pn(m,p),g!=null&&d.push(qf(m,g,h))),f)break;m=m.return}0<d.length&&(s=new c(s,u,null,n,i),o.push({event:s,listeners:d}))}}if(!(t&7)){a:{if(c=e===`mouseover`||e===`pointerover`,s=e===`mouseout`||e===`pointerout`,c&&n!==Dn&&(u=n.relatedTarget||n.fromElement)&&(Vt(u)||u[Nt]))break a;(s||c)&&(u=i.window===i?i:(c=i.ownerDocument)?c.defaultView||c.parentWindow:window,s?(c=n.relatedTarget||n.toElement,s=r,c=c?Vt(c):null,c!==null&&(f=l(c),d=c.tag,c!==f||d!==5&&d!==27&&d!==6)&&(c=null)):(s=null,c=r),s!==c&&(d=er,g=`onMouseLeave`,p=`onMouseEnter`,m=`mouse`,(e===`pointerout`||e===`pointerover`)&&(d=fr,g=`onPointerLeave`,p=`onPointerEnter`,m=`pointer`),f=s==null?u:Ut(s),h=c==null?u:Ut(c),u=new d(g,m+`leave`,s,n,i),u.target=f,u.relatedTarget=h,g=null,Vt(i)===r&&(d=new d(p,m+`enter`,c,n,i),d.target=h,d.relatedTarget=f,g=d),f=g,d=s&&c?te(s,c,Yf):null,s!==null&&Xf(o,u,s,d,!1),c!==null&&f!==null&&Xf(o,f,c,d,!0)))}a:{if(s=r?Ut(r):window,c=s.nodeName&&s.nodeName.toLowerCase(),c===`select`||c===`input`&&s.type===`file`)var _=Lr;else if(jr(s)){if(Rr)_=qr;else{_=Gr;var v=Wr}}else c=s.nodeName,!c||c.toLowerCase()!==`input`||s.type!==`checkbox`&&s.type!==`radio`?r&&Sn(r.elementType)&&(_=Lr):_=Kr;if(_&&=_(e,r)){Mr(o,_,n,i);break a}v&&v(e,s,r)}switch(v=r?Ut(r):window,e){case`focusin`:(jr(v)||v.contentEditable===`true`)&&(ii=v,ai=r,oi=null);break;case`focusout`:oi=ai=ii=null;break;case`mousedown`:si=!0;break;case`contextmenu`:case`mouseup`:case`dragend`:si=!1,ci(o,n,i);break;case`selectionchange`:if(ri)break;case`keydown`:case`keyup`:ci(o,n,i)}var y;if(yr)b:{switch(e){case`compositionstart`:var b=`onCompositionStart`;break b;case`compositionend`:b=`onCompositionEnd`;break b;case`compositionupdate`:b=`onCompositionUpdate`;break b}b=void 0}else Dr?Tr(e,n)&&(b=`onCompositionEnd`):e===`keydown`&&n.keyCode===229&&(b=`onCompositionStart`);b&&(Sr&&n.locale!==`ko`&&(Dr||b!==`onCompositionStart`?b===`onCompositionEnd`&&Dr&&(y=Vn()):(Rn=i,zn=`value`in Rn?Rn.value:Rn.textContent,Dr=!0)),v=Jf(r,b),0<v.length&&(b=new ar(b,e,null,n,i),o.push({event:b,listeners:v}),y?b.data=y:(y=Er(n),y!==null&&(b.data=y)))),(y=xr?Or(e,n):kr(e,n))&&(b=Jf(r,`onBeforeInput`),0<b.length&&(v=new ar(`onBeforeInput`,`beforeinput`,null,n,i),o.push({event:v,listeners:b}),v.data=y)),If(o,e,r,n,i)}Vf(o,t)})}function qf(e,t,n){return{instance:e,listener:t,currentTarget:n}}function Jf(e,t){for(var n=t+`Capture`,r=[];e!==null;){var i=e,a=i.stateNode;if(i=i.tag,i!==5&&i!==26&&i!==27||a===null||(i=Pn(e,n),i!=null&&r.unshift(qf(e,i,a)),i=Pn(e,t),i!=null&&r.push(qf(e,i,a))),e.tag===3)return r;e=e.return}return[]}function Yf(e){if(e===null)return null;do e=e.return;while(e&&e.tag!==5&&e.tag!==27);return e||null}function Xf(e,t,n,r,i){for(var a=t._reactName,o=[];n!==null&&n!==r;){var s=n,c=s.alternate,l=s.stateNode;if(s=s.tag,c!==null&&c===r)break;s!==5&&s!==26&&s!==27||l===null||(c=l,i?(l=Pn(n,a),l!=null&&o.unshift(qf(n,l,c))):i||(l=Pn(n,a),l!=null&&o.push(qf(n,l,c)))),n=n.return}o.length!==0&&e.push({event:t,listeners:o})}var Zf=/\r\n?/g,Qf=/\u0000|\uFFFD/g;function $f(e){return(typeof e==`string`?e:``+e).replace(Zf,`
`).replace(Qf,``)}function ep(e,t){return t=$f(t),$f(e)===t}function $(e,t,n,r,i,a){switch(n){case`children`:if(typeof r==`string`)t===`body`||t===`textarea`&&r===``||yn(e,r);else if(typeof r==`number`||typeof r==`bigint`)t!==`body`&&yn(e,``+r);else return;break;case`className`:rn(e,`class`,r);break;case`tabIndex`:rn(e,`tabindex`,r);break;case`dir`:case`role`:case`viewBox`:case`width`:case`height`:rn(e,n,r);break;case`style`:xn(e,r,a);return;case`data`:if(t!==`object`){rn(e,`data`,r);break}case`src`:case`href`:if(r===``&&(t!==`a`||n!==`href`)||r==null||typeof r==`function`||typeof r==`symbol`||typeof r==`boolean`){e.removeAttribute(n);break}r=Tn(r),e.setAttribute(n,r);break;case`action`:case`formAction`:if(typeof r==`function`){e.setAttribute(n,`javascript:throw new Error('A React form was unexpectedly submitted. If you called form.submit() manually, consider using form.requestSubmit() instead. If you\\'re trying to use event.stopPropagation() in a submit event handler, consider also calling event.preventDefault().')`);break}if(typeof a==`function`&&(n===`formAction`?(t!==`input`&&$(e,t,`name`,i.name,i,null),$(e,t,`formEncType`,i.formEncType,i,null),$(e,t,`formMethod`,i.formMethod,i,null),$(e,t,`formTarget`,i.formTarget,i,null)):($(e,t,`encType`,i.encType,i,null),$(e,t,`method`,i.method,i,null),$(e,t,`target`,i.target,i,null))),r==null||typeof r==`symbol`||typeof r==`boolean`){e.removeAttribute(n);break}r=Tn(r),e.setAttribute(n,r);break;case`onClick`:r!=null&&(e.onclick=En);return;case`onScroll`:r!=null&&Q(`scroll`,e);return;case`onScrollEnd`:r!=null&&Q(`scrollend`,e);return;case`dangerouslySetInnerHTML`:if(r!=null){if(typeof r!=`object`||!(`__html`in r))throw Error(s(61));if(n=r.__html,n!=null){if(i.children!=null)throw Error(s(60));a?.__html!==n&&(e.innerHTML=n)}}break;case`multiple`:e.multiple=r&&typeof r!=`function`&&typeof r!=`symbol`;break;case`muted`:e.muted=r&&typeof r!=`function`&&typeof r!=`symbol`;break;case`suppressContentEditableWarning`:case`suppressHydrationWarning`:case`defaultValue`:case`defaultChecked`:case`innerHTML`:case`ref`:break;case`autoFocus`:break;case`xlinkHref`:if(r==null||typeof r==`function`||typeof r==`boolean`||typeof r==`symbol`){e.removeAttribute(`xlink:href`);break}n=Tn(r),e.setAttributeNS(`http://www.w3.org/1999/xlink`,`xlink:href`,n);break;case`contentEditable`:case`spellCheck`:case`draggable`:case`value`:case`autoReverse`:case`externalResourcesRequired`:case`focusable`:case`preserveAlpha`:r!=null&&typeof r!=`function`&&typeof r!=`symbol`?e.setAttribute(n,r):e.removeAttribute(n);break;case`inert`:case`allowFullScreen`:case`async`:case`autoPlay`:case`controls`:case`credentialless`:case`default`:case`defer`:case`disabled`:case`disablePictureInPicture`:case`disableRemotePlayback`:case`formNoValidate`:case`hidden`:case`loop`:case`noModule`:case`noValidate`:case`open`:case`playsInline`:case`readOnly`:case`required`:case`reversed`:case`scoped`:case`seamless`:case`itemScope`:r&&typeof r!=`function`&&typeof r!=`symbol`?e.setAttribute(n,``):e.removeAttribute(n);break;case`capture`:case`download`:!0===r?e.setAttribute(n,``):!1!==r&&r!=null&&typeof r!=`function`&&typeof r!=`symbol`?e.setAttribute(n,r):e.removeAttribute(n);break;case`cols`:case`rows`:case`size`:case`span`:r!=null&&typeof r!=`function`&&typeof r!=`symbol`&&!isNaN(r)&&1<=r?e.setAttribute(n,r):e.removeAttribute(n);break;case`rowSpan`:case`start`:r==null||typeof r==`function`||typeof r==`symbol`||isNaN(r)?e.removeAttribute(n):e.setAttribute(n,r);break;case`popover`:Q(`beforetoggle`,e),Q(`toggle`,e),nn(e,`popover`,r);break;case`xlinkActuate`:an(e,`http://www.w3.org/1999/xlink`,`xlink:actuate`,r);break;case`xlinkArcrole`:an(e,`http://www.w3.org/1999/xlink`,`xlink:arcrole`,r);break;case`xlinkRole`:an(e,`http://www.w3.org/1999/xlink`,`xlink:role`,r);break;case`xlinkShow`:an(e,`http://www.w3.org/1999/xlink`,`xlink:show`,r);break;case`xlinkTitle`:an(e,`http://www.w3.org/1999/xlink`,`xlink:title`,r);break;case`xlinkType`:an(e,`http://www.w3.org/1999/xlink`,`xlink:type`,r);break;case`xmlBase`:an(e,`http://www.w3.org/XML/1998/namespace`,`xml:base`,r);break;case`xmlLang`:an(e,`http://www.w3.org/XML/1998/namespace`,`xml:lang`,r);break;case`xmlSpace`:an(e,`http://www.w3.org/XML/1998/namespace`,`xml:space`,r);break;case`is`:nn(e,`is`,r);break;case`innerText`:case`textContent`:return;default:if(!(2<n.length)||n[0]!==`o`&&n[0]!==`O`||n[1]!==`n`&&n[1]!==`N`)n=Cn.get(n)||n,nn(e,n,r);else return}A=!0}function tp(e,t,n,r,i,a){switch(n){case`style`:xn(e,r,a);return;case`dangerouslySetInnerHTML`:if(r!=null){if(typeof r!=`object`||!(`__html`in r))throw Error(s(61));if(n=r.__html,n!=null){if(i.children!=null)throw Error(s(60));a?.__html!==n&&(e.innerHTML=n)}}break;case`children`:if(typeof r==`string`)yn(e,r);else if(typeof r==`number`||typeof r==`bigint`)yn(e,``+r);else return;break;case`onScroll`:r!=null&&Q(`scroll`,e);return;case`onScrollEnd`:r!=null&&Q(`scrollend`,e);return;case`onClick`:r!=null&&(e.onclick=En);return;case`suppressContentEditableWarning`:case`suppressHydrationWarning`:case`innerHTML`:case`ref`:return;case`innerText`:case`textContent`:return;default:if(!Jt.hasOwnProperty(n))a:{if(n[0]===`o`&&n[1]===`n`&&(i=n.endsWith(`Capture`),a=n.slice(2,i?n.length-7:void 0),t=e[Mt]||null,t=t==null?null:t[n],typeof t==`function`&&e.removeEventListener(a,t,i),typeof r==`function`)){typeof t!=`function`&&t!==null&&(n in e?e[n]=null:e.hasAttribute(n)&&e.removeAttribute(n)),e.addEventListener(a,r,i);break a}A=!0,n in e?e[n]=r:!0===r?e.setAttribute(n,``):nn(e,n,r)}return}A=!0}function np(e,t,n){switch(t){case`div`:case`span`:case`svg`:case`path`:case`a`:case`g`:case`p`:case`li`:break;case`img`:Q(`error`,e),Q(`load`,e);var r=!1,i=!1,a;for(a in n)if(n.hasOwnProperty(a)){var o=n[a];if(o!=null)switch(a){case`src`:r=!0;break;case`srcSet`:i=!0;break;case`children`:case`dangerouslySetInnerHTML`:throw Error(s(137,t));default:$(e,t,a,o,n,null)}}i&&$(e,t,`srcSet`,n.srcSet,n,null),r&&$(e,t,`src`,n.src,n,null);return;case`input`:Q(`invalid`,e);var c=a=o=i=null,l=null,u=null;for(r in n)if(n.hasOwnProperty(r)){var d=n[r];if(d!=null)switch(r){case`name`:i=d;break;case`type`:o=d;break;case`checked`:l=d;break;case`defaultChecked`:u=d;break;case`value`:a=d;break;case`defaultValue`:c=d;break;case`children`:case`dangerouslySetInnerHTML`:if(d!=null)throw Error(s(137,t));break;default:$(e,t,r,d,n,null)}}mn(e,a,c,l,u,o,i,!1);return;case`select`:for(i in Q(`invalid`,e),r=o=a=null,n)if(n.hasOwnProperty(i)&&(c=n[i],c!=null))switch(i){case`value`:a=c;break;case`defaultValue`:o=c;break;case`multiple`:r=c;default:$(e,t,i,c,n,null)}t=a,n=o,e.multiple=!!r,t==null?n!=null&&gn(e,!!r,n,!0):gn(e,!!r,t,!1);return;case`textarea`:for(o in Q(`invalid`,e),a=i=r=null,n)if(n.hasOwnProperty(o)&&(c=n[o],c!=null))switch(o){case`value`:r=c;break;case`defaultValue`:i=c;break;case`children`:a=c;break;case`dangerouslySetInnerHTML`:if(c!=null)throw Error(s(91));break;default:$(e,t,o,c,n,null)}vn(e,r,i,a);return;case`option`:for(l in n)if(n.hasOwnProperty(l)&&(r=n[l],r!=null))switch(l){case`selected`:e.selected=r&&typeof r!=`function`&&typeof r!=`symbol`;break;default:$(e,t,l,r,n,null)}return;case`dialog`:Q(`beforetoggle`,e),Q(`toggle`,e),Q(`cancel`,e),Q(`close`,e);break;case`iframe`:case`object`:Q(`load`,e);break;case`video`:case`audio`:for(r=0;r<zf.length;r++)Q(zf[r],e);break;case`image`:Q(`error`,e),Q(`load`,e);break;case`details`:Q(`toggle`,e);break;case`embed`:case`source`:case`link`:Q(`error`,e),Q(`load`,e);case`area`:case`base`:case`br`:case`col`:case`hr`:case`keygen`:case`meta`:case`param`:case`track`:case`wbr`:case`menuitem`:for(u in n)if(n.hasOwnProperty(u)&&(r=n[u],r!=null))switch(u){case`children`:case`dangerouslySetInnerHTML`:throw Error(s(137,t));default:$(e,t,u,r,n,null)}return;default:if(Sn(t)){for(d in n)n.hasOwnProperty(d)&&(r=n[d],r!==void 0&&tp(e,t,d,r,n,void 0));return}}for(c in n)n.hasOwnProperty(c)&&(r=n[c],r!=null&&$(e,t,c,r,n,null))}var rp={};function ip(e,t,n,r){switch(t){case`div`:case`span`:case`svg`:case`path`:case`a`:case`g`:case`p`:case`li`:break;case`input`:var i=null,a=null,o=null,c=null,l=null,u=null,d=null;for(m in n){var f=n[m];if(n.hasOwnProperty(m)&&f!=null)switch(m){case`checked`:break;case`value`:break;case`defaultValue`:l=f;default:r.hasOwnProperty(m)||$(e,t,m,null,r,f)}}for(var p in r){var m=r[p];if(f=n[p],r.hasOwnProperty(p)&&(m!=null||f!=null))switch(p){case`type`:m!==f&&(A=!0),a=m;break;case`name`:m!==f&&(A=!0),i=m;break;case`checked`:m!==f&&(A=!0),u=m;break;case`defaultChecked`:m!==f&&(A=!0),d=m;break;case`value`:m!==f&&(A=!0),o=m;break;case`defaultValue`:m!==f&&(A=!0),c=m;break;case`children`:case`dangerouslySetInnerHTML`:if(m!=null)throw Error(s(137,t));break;default:m!==f&&$(e,t,p,m,r,f)}}pn(e,o,c,l,u,d,a,i);return;case`select`:for(a in m=o=c=p=null,n)if(l=n[a],n.hasOwnProperty(a)&&l!=null)switch(a){case`value`:break;case`multiple`:m=l;default:r.hasOwnProperty(a)||$(e,t,a,null,r,l)}for(i in r)if(a=r[i],l=n[i],r.hasOwnProperty(i)&&(a!=null||l!=null))switch(i){case`value`:a!==l&&(A=!0),p=a;break;case`defaultValue`:a!==l&&(A=!0),c=a;break;case`multiple`:a!==l&&(A=!0),o=a;default:a!==l&&$(e,t,i,a,r,l)}t=c,n=o,r=m,p==null?!!r!=!!n&&(t==null?gn(e,!!n,n?[]:``,!1):gn(e,!!n,t,!0)):gn(e,!!n,p,!1);return;case`textarea`:for(c in m=p=null,n)if(i=n[c],n.hasOwnProperty(c)&&i!=null&&!r.hasOwnProperty(c))switch(c){case`value`:break;case`children`:break;default:$(e,t,c,null,r,i)}for(o in r)if(i=r[o],a=n[o],r.hasOwnProperty(o)&&(i!=null||a!=null))switch(o){case`value`:i!==a&&(A=!0),p=i;break;case`defaultValue`:i!==a&&(A=!0),m=i;break;case`children`:break;case`dangerouslySetInnerHTML`:if(i!=null)throw Error(s(91));break;default:i!==a&&$(e,t,o,i,r,a)}_n(e,p,m);return;case`option`:for(var h in n)if(p=n[h],n.hasOwnProperty(h)&&p!=null&&!r.hasOwnProperty(h))switch(h){case`selected`:e.selected=!1;break;default:$(e,t,h,null,r,p)}for(l in r)if(p=r[l],m=n[l],r.hasOwnProperty(l)&&p!==m&&(p!=null||m!=null))switch(l){case`selected`:p!==m&&(A=!0),e.selected=p&&typeof p!=`function`&&typeof p!=`symbol`;break;default:$(e,t,l,p,r,m)}return;case`img`:case`link`:case`area`:case`base`:case`br`:case`col`:case`embed`:case`hr`:case`keygen`:case`meta`:case`param`:case`source`:case`track`:case`wbr`:case`menuitem`:for(var g in n)p=n[g],n.hasOwnProperty(g)&&p!=null&&!r.hasOwnProperty(g)&&$(e,t,g,null,r,p);for(u in r)if(p=r[u],m=n[u],r.hasOwnProperty(u)&&p!==m&&(p!=null||m!=null))switch(u){case`children`:case`dangerouslySetInnerHTML`:if(p!=null)throw Error(s(137,t));break;default:$(e,t,u,p,r,m)}return;default:if(Sn(t)){for(var _ in n)p=n[_],n.hasOwnProperty(_)&&p!==void 0&&!r.hasOwnProperty(_)&&tp(e,t,_,void 0,r,p);for(d in r)p=r[d],m=n[d],!r.hasOwnProperty(d)||p===m||p===void 0&&m===void 0||tp(e,t,d,p,r,m);return}}for(var v in n)p=n[v],n.hasOwnProperty(v)&&p!=null&&!r.hasOwnProperty(v)&&$(e,t,v,null,r,p);for(f in r)p=r[f],m=n[f],!r.hasOwnProperty(f)||p===m||p==null&&m==null||$(e,t,f,p,r,m)}function ap(e){switch(e){case`css`:case`script`:case`font`:case`img`:case`image`:case`input`:case`link`:return!0;default:return!1}}function op(){if(typeof performance.getEntriesByType==`function`){for(var e=0,t=0,n=performance.getEntriesByType(`resource`),r=0;r<n.length;r++){var i=n[r],a=i.transferSize,o=i.initiatorType,s=i.duration;if(a&&s&&ap(o)){for(o=0,s=i.responseEnd,r+=1;r<n.length;r++){var c=n[r],l=c.startTime;if(l>s)break;var u=c.transferSize,d=c.initiatorType;u&&ap(d)&&(c=c.responseEnd,o+=u*(c<s?1:(s-l)/(c-l)))}if(--r,t+=8*(a+o)/(i.duration/1e3),e++,10<e)break}}if(0<e)return t/e/1e6}return navigator.connection&&(e=navigator.connection.downlink,typeof e==`number`)?e:5}var sp=null,cp=null;function lp(e){return e.nodeType===9?e:e.ownerDocument}function up(e){switch(e){case`http://www.w3.org/2000/svg`:return 1;case`http://www.w3.org/1998/Math/MathML`:return 2;default:return 0}}function dp(e,t){if(e===0)switch(t){case`svg`:return 1;case`math`:return 2;default:return 0}return e===1&&t===`foreignObject`?0:e}function fp(e,t,n,r){return n=lp(n).createElement(e),n[jt]=r,n[Mt]=t,np(n,e,t),Gt(n),n}function pp(e,t){return e===`textarea`||e===`noscript`||typeof t.children==`string`||typeof t.children==`number`||typeof t.children==`bigint`||typeof t.dangerouslySetInnerHTML==`object`&&t.dangerouslySetInnerHTML!==null&&t.dangerouslySetInnerHTML.__html!=null}var mp=null;function hp(){var e=window.event;return e&&e.type===`popstate`?e!==mp&&(mp=e,!0):(mp=null,!1)}var gp=typeof setTimeout==`function`?setTimeout:void 0,_p=typeof clearTimeout==`function`?clearTimeout:void 0,vp=typeof Promise==`function`?Promise:void 0,yp=typeof requestAnimationFrame==`function`?requestAnimationFrame:gp,bp=typeof queueMicrotask==`function`?queueMicrotask:vp===void 0?gp:function(e){return vp.resolve(null).then(e).catch(xp)};function xp(e){setTimeout(function(){throw e})}function Sp(e){return e===`head`}function Cp(e,t){var n=t,r=0;do{var i=n.nextSibling;if(e.removeChild(n),i&&i.nodeType===8){if(n=i.data,n===`/$`||n===`/&`){if(r===0){e.removeChild(i),Hh(t);return}r--}else if(n===`$`||n===`$?`||n===`$~`||n===`$!`||n===`&`)r++;else if(n===`html`)_m(e.ownerDocument.documentElement);else if(n===`head`){n=e.ownerDocument.head,_m(n);for(var a=n.firstChild;a;){var o=a.nextSibling,s=a.nodeName;a[Rt]||s===`SCRIPT`||s===`STYLE`||s===`LINK`&&a.rel.toLowerCase()===`stylesheet`||n.removeChild(a),a=o}}else n===`body`&&_m(e.ownerDocument.body)}n=i}while(n);Hh(t)}function wp(e,t){var n=e;e=0;do{var r=n.nextSibling;if(n.nodeType===1?t?(n._stashedDisplay=n.style.display,n.style.display=`none`):(n.style.display=n._stashedDisplay||``,n.getAttribute(`style`)===``&&n.removeAttribute(`style`)):n.nodeType===3&&(t?(n._stashedText=n.nodeValue,n.nodeValue=``):n.nodeValue=n._stashedText||``),r&&r.nodeType===8){if(n=r.data,n===`/$`){if(e===0)break;e--}else n!==`$`&&n!==`$?`&&n!==`$~`&&n!==`$!`||e++}n=r}while(n)}function Tp(e,t,n){if(t=CSS.escape(t)===t?t:`r-`+btoa(t).replace(/=/g,``),e.style.viewTransitionName=t,n!=null&&(e.style.viewTransitionClass=n),n=getComputedStyle(e),n.display===`inline`){if(t=e.getClientRects(),t.length===1)var r=1;else for(var i=r=0;i<t.length;i++){var a=t[i];0<a.width&&0<a.height&&r++}r===1&&(e=e.style,e.display=t.length===1?`inline-block`:`block`,e.marginTop=`-`+n.paddingTop,e.marginBottom=`-`+n.paddingBottom)}}function Ep(e,t){e=e.style,t=t.style;var n=t==null?null:t.hasOwnProperty(`viewTransitionName`)?t.viewTransitionName:t.hasOwnProperty(`view-transition-name`)?t[`view-transition-name`]:null;e.viewTransitionName=n==null||typeof n==`boolean`?``:(``+n).trim(),n=t==null?null:t.hasOwnProperty(`viewTransitionClass`)?t.viewTransitionClass:t.hasOwnProperty(`view-transition-class`)?t[`view-transition-class`]:null,e.viewTransitionClass=n==null||typeof n==`boolean`?``:(``+n).trim(),e.display===`inline-block`&&(t==null?e.display=e.margin=``:(n=t.display,e.display=n==null||typeof n==`boolean`?``:n,n=t.margin,n==null?(n=t.hasOwnProperty(`marginTop`)?t.marginTop:t[`margin-top`],e.marginTop=n==null||typeof n==`boolean`?``:n,t=t.hasOwnProperty(`marginBottom`)?t.marginBottom:t[`margin-bottom`],e.marginBottom=t==null||typeof t==`boolean`?``:t):e.margin=n))}function Dp(e,t,n){return n=n.ownerDocument.defaultView,{rect:e,abs:t.position===`absolute`||t.position===`fixed`,clip:t.clipPath!==`none`||t.overflow!==`visible`||t.filter!==`none`||t.mask!==`none`||t.mask!==`none`||t.borderRadius!==`0px`,view:0<=e.bottom&&0<=e.right&&e.top<=n.innerHeight&&e.left<=n.innerWidth}}function Op(e){return Dp(e.getBoundingClientRect(),getComputedStyle(e),e)}function kp(e){var t=e.getBoundingClientRect();t=new DOMRect(t.x+2e4,t.y+2e4,t.width,t.height);var n=getComputedStyle(e);return Dp(t,n,e)}function Ap(e){return e.documentElement.clientHeight}function jp(e){this.addEventListener(`load`,e),this.addEventListener(`error`,e)}function Mp(e,t,n,r,i,a,o,s,c){var l=t.nodeType===9?t:t.ownerDocument;try{var u=l.startViewTransition({update:function(){var t=l.defaultView,n=t.navigation&&t.navigation.transition,o=l.fonts.status;r();var s=[];if(o===`loaded`&&(Ap(l),l.fonts.status===`loading`&&s.push(l.fonts.ready)),o=s.length,e!==null)for(var c=e.suspenseyImages,u=0,d=0;d<c.length;d++){var f=c[d];if(!f.complete){var p=f.getBoundingClientRect();if(0<p.bottom&&0<p.right&&p.top<t.innerHeight&&p.left<t.innerWidth){if(u+=Xm(f),u>$m){s.length=o;break}f=new Promise(jp.bind(f)),s.push(f)}}}if(0<s.length)return t=Promise.race([Promise.all(s),new Promise(function(e){return setTimeout(e,500)})]).then(i,i),(n?Promise.allSettled([n.finished,t]):t).then(a,a);if(i(),n)return n.finished.then(a,a);a()},types:n});l.__reactViewTransition=u;var d=[];return u.ready.then(function(){for(var e=l.documentElement.getAnimations({subtree:!0}),t=0;t<e.length;t++){var n=e[t],r=n.effect,i=r.pseudoElement;if(i!=null&&i.startsWith(`::view-transition`)){d.push(n),n=r.getKeyframes();for(var a=i=void 0,s=!0,c=0;c<n.length;c++){var u=n[c],f=u.width;if(i===void 0)i=f;else if(i!==f){s=!1;break}if(f=u.height,a===void 0)a=f;else if(a!==f){s=!1;break}delete u.width,delete u.height,u.transform===`none`&&delete u.transform}s&&i!==void 0&&a!==void 0&&(r.setKeyframes(n),s=getComputedStyle(r.target,r.pseudoElement),s.width!==i||s.height!==a)&&(s=n[0],s.width=i,s.height=a,s=n[n.length-1],s.width=i,s.height=a,r.setKeyframes(n))}}o()},function(e){l.__reactViewTransition===u&&(l.__reactViewTransition=null);try{if(typeof e==`object`&&e)switch(e.name){case`InvalidStateError`:(e.message===`View transition was skipped because document visibility state is hidden.`||e.message===`Skipping view transition because document visibility state has become hidden.`||e.message===`Skipping view transition because viewport size changed.`||e.message===`Transition was aborted because of invalid state`)&&(e=null)}e!==null&&c(e)}finally{r(),i(),o()}}),u.finished.finally(function(){for(var e=0;e<d.length;e++)d[e].cancel();l.__reactViewTransition===u&&(l.__reactViewTransition=null),s()}),u}catch{return r(),i(),o(),null}}function Np(e,t){this._scope=document.documentElement,this._selector=`::view-transition-`+e+`(`+t+`)`}Np.prototype.animate=function(e,t){return t=typeof t==`number`?{duration:t}:T({},t),t.pseudoElement=this._selector,this._scope.animate(e,t)},Np.prototype.getAnimations=function(){for(var e=this._scope,t=this._selector,n=e.getAnimations({subtree:!0}),r=[],i=0;i<n.length;i++){var a=n[i].effect;a!==null&&a.target===e&&a.pseudoElement===t&&r.push(n[i])}return r},Np.prototype.getComputedStyle=function(){return getComputedStyle(this._scope,this._selector)};function Pp(e){return{name:e,group:new Np(`group`,e),imagePair:new Np(`image-pair`,e),old:new Np(`old`,e),new:new Np(`new`,e)}}function Fp(e){this._fragmentFiber=e,this._observers=this._eventListeners=null}Fp.prototype.addEventListener=function(e,t,n){var r=null,i=null;if(!(n!=null&&typeof n!=`boolean`&&(r=n.signal||null,r!==null&&r.aborted))){this._eventListeners===null&&(this._eventListeners=[]);var a=this._eventListeners;if(Bp(a,e,t,n)===-1){var o=this,s=t;n!=null&&typeof n!=`boolean`&&!0===n.once&&(s=function(r){o.removeEventListener(e,t,n),typeof t==`function`?t.call(this,r):t.handleEvent(r)}),r!==null&&(i=o.removeEventListener.bind(o,e,t,n),r.addEventListener(`abort`,i,{once:!0}),i=r.removeEventListener.bind(r,`abort`,i)),r=Rp(n),a.push({type:e,listener:t,optionsOrUseCapture:n,attachedListener:s,cleanup:i}),h(this._fragmentFiber.child,!1,Ip,e,s,r)}this._eventListeners=a}};function Ip(e,t,n,r){return b(e).addEventListener(t,n,r),!1}Fp.prototype.removeEventListener=function(e,t,n){var r=this._eventListeners;if(r!==null&&(t=Bp(r,e,t,n),t!==-1)){var i=r[t];n=i.attachedListener;var a=i.cleanup;i=Rp(i.optionsOrUseCapture),h(this._fragmentFiber.child,!1,Lp,e,n,i),r.splice(t,1),a!==null&&a()}};function Lp(e,t,n,r){return b(e).removeEventListener(t,n,r),!1}function Rp(e){return e!=null&&typeof e!=`boolean`&&(!0===e.once||e.signal instanceof AbortSignal)?{capture:e.capture,passive:e.passive}:e}function zp(e){return e==null?`c=0`:typeof e==`boolean`?`c=`+(e?`1`:`0`):`c=`+(e.capture?`1`:`0`)}function Bp(e,t,n,r){if(e.length===0)return-1;r=zp(r);for(var i=0;i<e.length;i++){var a=e[i];if(a.type===t&&a.listener===n&&zp(a.optionsOrUseCapture)===r)return i}return-1}Fp.prototype.dispatchEvent=function(e){var t=g(this._fragmentFiber);if(t===null)return!0;t=b(t);var n=this._eventListeners;if(n!==null&&0<n.length||!e.bubbles){var r=t.nodeType===9?t.createComment(``):document.createTextNode(``);if(n)for(var i=0;i<n.length;i++){var a=n[i];r.addEventListener(a.type,a.attachedListener,Rp(a.optionsOrUseCapture))}if(t.appendChild(r),e=r.dispatchEvent(e),n)for(i=0;i<n.length;i++)a=n[i],r.removeEventListener(a.type,a.attachedListener,Rp(a.optionsOrUseCapture));return t.removeChild(r),e}return t.dispatchEvent(e)},Fp.prototype.focus=function(e){h(this._fragmentFiber.child,!0,Vp,e,void 0,void 0)};function Vp(e,t){return e.tag!==6&&(e=b(e),pm(e,t))}Fp.prototype.focusLast=function(e){var t=[];h(this._fragmentFiber.child,!0,Hp,t,void 0,void 0);for(var n=t.length-1;0<=n&&!Vp(t[n],e);n--);};function Hp(e,t){return t.push(e),!1}Fp.prototype.blur=function(){var e=g(this._fragmentFiber);e!==null&&(e=b(e),e=lp(e).activeElement,e!==null&&h(this._fragmentFiber.child,!1,Up,e,void 0,void 0))};function Up(e,t){return e.tag!==6&&(e=b(e),e===t||e.contains(t)?(t.blur(),!0):!1)}Fp.prototype.observeUsing=function(e){this._observers===null&&(this._observers=new Set),this._observers.add(e),h(this._fragmentFiber.child,!1,Wp,e,void 0,void 0)};function Wp(e,t){return e.tag===6||(e=b(e),t.observe(e)),!1}Fp.prototype.unobserveUsing=function(e){var t=this._observers;if(t!==null&&t.has(e)){t.delete(e),h(this._fragmentFiber.child,!1,Gp,e,void 0,void 0);for(var n=t=0;n<Kp.length;n++){var r=Kp[n];r.fragmentInstance===this&&r.observer===e?e.unobserve(r.instance):Kp[t++]=r}Kp.length=t}};function Gp(e,t){return e.tag===6||(e=b(e),t.unobserve(e)),!1}var Kp=[],qp=!1;function Jp(e,t,n){Kp.push({fragmentInstance:e,observer:t,instance:n}),qp||(qp=!0,mm(function(){qp=!1;var e=Kp;Kp=[];for(var t=0;t<e.length;t++){var n=e[t];n.observer.unobserve(n.instance)}}))}Fp.prototype.getClientRects=function(){var e=[];return h(this._fragmentFiber.child,!1,Yp,e,void 0,void 0),e};function Yp(e,t){if(e.tag===6){e=e.stateNode;var n=e.ownerDocument.createRange();n.selectNodeContents(e),t.push.apply(t,n.getClientRects())}else e=b(e),t.push.apply(t,e.getClientRects());return!1}Fp.prototype.getRootNode=function(e){var t=g(this._fragmentFiber);return t===null?this:b(t).getRootNode(e)},Fp.prototype.compareDocumentPosition=function(e){var t=g(this._fragmentFiber);if(t===null)return Node.DOCUMENT_POSITION_DISCONNECTED;var n=[];h(this._fragmentFiber.child,!1,Hp,n,void 0,void 0);var r=b(t);if(n.length===0){if(n=r,_(this._fragmentFiber)){a:{for(t=this._fragmentFiber.return;t!==null;){if(t.tag===4){t=t.stateNode.containerInfo;break a}if(t.tag===3||t.tag===5||t.tag===27)break;t=t.return}t=null}t!=null&&(n=t)}t=this._fragmentFiber;var i=r=n.compareDocumentPosition(e);return n===e?i=Node.DOCUMENT_POSITION_CONTAINS:r&Node.DOCUMENT_POSITION_CONTAINED_BY&&(n=v(t)[1],n===null?i=Node.DOCUMENT_POSITION_PRECEDING:(e=b(n).compareDocumentPosition(e),i=e===0||e&Node.DOCUMENT_POSITION_FOLLOWING?Node.DOCUMENT_POSITION_FOLLOWING:Node.DOCUMENT_POSITION_PRECEDING)),i|=Node.DOCUMENT_POSITION_IMPLEMENTATION_SPECIFIC}t=b(n[0]),i=b(n[n.length-1]);var a=_(this._fragmentFiber)?t.parentElement:r;if(a==null)return Node.DOCUMENT_POSITION_DISCONNECTED;r=a.compareDocumentPosition(t)&Node.DOCUMENT_POSITION_CONTAINED_BY,a=a.compareDocumentPosition(i)&Node.DOCUMENT_POSITION_CONTAINED_BY;var o=t.compareDocumentPosition(e),s=i.compareDocumentPosition(e),c=o&Node.DOCUMENT_POSITION_CONTAINED_BY||s&Node.DOCUMENT_POSITION_CONTAINED_BY;return s=r&&a&&o&Node.DOCUMENT_POSITION_FOLLOWING&&s&Node.DOCUMENT_POSITION_PRECEDING,t=r&&t===e||a&&i===e||c||s?Node.DOCUMENT_POSITION_CONTAINED_BY:!r&&t===e||!a&&i===e?Node.DOCUMENT_POSITION_IMPLEMENTATION_SPECIFIC:o,t&Node.DOCUMENT_POSITION_DISCONNECTED||t&Node.DOCUMENT_POSITION_IMPLEMENTATION_SPECIFIC||Xp(t,this._fragmentFiber,n[0],n[n.length-1],e)?t:Node.DOCUMENT_POSITION_IMPLEMENTATION_SPECIFIC};function Xp(e,t,n,r,i){var a=Vt(i);if(e&Node.DOCUMENT_POSITION_CONTAINED_BY){if(n=!!a)a:{for(;a!==null;){if(a.tag===7&&(a===t||a.alternate===t)){n=!0;break a}a=a.return}n=!1}return n}if(e&Node.DOCUMENT_POSITION_CONTAINS){if(a===null)return a=i.ownerDocument,i===a||i===a.documentElement||i===a.body;a:{for(a=t,t=g(t);a!==null;){if(!(a.tag!==5&&a.tag!==3&&a.tag!==27||a!==t&&a.alternate!==t)){a=!0;break a}a=a.return}a=!1}return a}return e&Node.DOCUMENT_POSITION_PRECEDING?((t=!!a)&&!(t=a===n)&&(t=te(n,a,w),t===null?t=!1:(h(t,!0,C,a,n),a=x,x=null,t=a!==null)),t):e&Node.DOCUMENT_POSITION_FOLLOWING?((t=!!a)&&!(t=a===r)&&(t=te(r,a,w),t===null?t=!1:(h(t,!0,ee,a,r),a=x,S=x=null,t=a!==null)),t):!1}function Zp(e,t){var n=e.ownerDocument.createRange();n.selectNodeContents(e),e=n.getBoundingClientRect(),window.scrollTo(window.scrollX+e.left,t?window.scrollY+e.top:window.scrollY+e.bottom-window.innerHeight)}Fp.prototype.scrollIntoView=function(e){if(typeof e==`object`)throw Error(s(566));var t=[];h(this._fragmentFiber.child,!1,Hp,t,void 0,void 0);var n=!1!==e;if(t.length===0){var r=v(this._fragmentFiber);if(r=n?r[1]||r[0]||g(this._fragmentFiber):r[0]||r[1],r===null)return;if(r.tag===6){e=b(r),Zp(e,n);return}if(r=b(r),r.nodeType!==9){if(r.nodeType===11){n=`host`in r?r.host:null,n!==null&&n.scrollIntoView(e);return}r.scrollIntoView(e)}}for(r=n?t.length-1:0;r!==(n?-1:t.length);){var i=t[r];i.tag===6?(i=b(i),Zp(i,n)):b(i).scrollIntoView(e),r+=n?-1:1}};function Qp(e,t){return e=b(e),$p(e,t),!1}function $p(e,t){e.reactFragments??=new Set,e.reactFragments.add(t)}function em(e,t){var n=t._eventListeners;if(n!==null)for(var r=0;r<n.length;r++){var i=n[r];e.addEventListener(i.type,i.attachedListener,Rp(i.optionsOrUseCapture))}e.nodeType!==3&&(n=t._observers,n!==null&&n.forEach(function(n){for(var r=0,i=0;i<Kp.length;i++){var a=Kp[i];(a.fragmentInstance!==t||a.observer!==n||a.instance!==e)&&(Kp[r++]=a)}Kp.length=r,n.observe(e)}),$p(e,t))}function tm(e,t){var n=t._eventListeners;if(n!==null)for(var r=0;r<n.length;r++){var i=n[r];e.removeEventListener(i.type,i.attachedListener,Rp(i.optionsOrUseCapture))}e.nodeType!==3&&(n=t._observers,n!==null&&n.forEach(function(n){typeof n.rootMargin==`string`?Jp(t,n,e):n.unobserve(e)}),e.reactFragments!=null&&e.reactFragments.delete(t))}function nm(e){var t=e.firstChild;for(t&&t.nodeType===10&&(t=t.nextSibling);t;){var n=t;switch(t=t.nextSibling,n.nodeName){case`HTML`:case`HEAD`:case`BODY`:nm(n),Bt(n);continue;case`SCRIPT`:case`STYLE`:continue;case`LINK`:if(n.rel.toLowerCase()===`stylesheet`)continue}e.removeChild(n)}}function rm(e,t,n,r){for(;e.nodeType===1;){var i=n;if(e.nodeName.toLowerCase()!==t.toLowerCase()){if(!r&&(e.nodeName!==`INPUT`||e.type!==`hidden`))break}else if(!r){if(t===`input`&&e.type===`hidden`){var a=i.name==null?null:``+i.name;if(i.type===`hidden`&&e.getAttribute(`name`)===a)return e}else return e}else if(!e[Rt])switch(t){case`meta`:if(!e.hasAttribute(`itemprop`))break;return e;case`link`:if(a=e.getAttribute(`rel`),a===`stylesheet`&&e.hasAttribute(`data-precedence`)||a!==i.rel||e.getAttribute(`href`)!==(i.href==null||i.href===``?null:i.href)||e.getAttribute(`crossorigin`)!==(i.crossOrigin==null?null:i.crossOrigin)||e.getAttribute(`title`)!==(i.title==null?null:i.title))break;return e;case`style`:if(e.hasAttribute(`data-precedence`))break;return e;case`script`:if(a=e.getAttribute(`src`),(a!==(i.src==null?null:i.src)||e.getAttribute(`type`)!==(i.type==null?null:i.type)||e.getAttribute(`crossorigin`)!==(i.crossOrigin==null?null:i.crossOrigin))&&a&&e.hasAttribute(`async`)&&!e.hasAttribute(`itemprop`))break;return e;default:return e}if(e=lm(e.nextSibling),e===null)break}return null}function im(e,t,n){if(t===``)return null;for(;e.nodeType!==3;)if((e.nodeType!==1||e.nodeName!==`INPUT`||e.type!==`hidden`)&&!n||(e=lm(e.nextSibling),e===null))return null;return e}function am(e,t){for(;e.nodeType!==8;)if((e.nodeType!==1||e.nodeName!==`INPUT`||e.type!==`hidden`)&&!t||(e=lm(e.nextSibling),e===null))return null;return e}function om(e){return e.data===`$?`||e.data===`$~`}function sm(e){return e.data===`$!`||e.data===`$?`&&e.ownerDocument.readyState!==`loading`}function cm(e,t){var n=e.ownerDocument;if(e.data===`$~`)e._reactRetry=t;else if(e.data!==`$?`||n.readyState!==`loading`)t();else{var r=function(){t(),n.removeEventListener(`DOMContentLoaded`,r)};n.addEventListener(`DOMContentLoaded`,r),e._reactRetry=r}}function lm(e){for(;e!=null;e=e.nextSibling){var t=e.nodeType;if(t===1||t===3)break;if(t===8){if(t=e.data,t===`$`||t===`$!`||t===`$?`||t===`$~`||t===`&`||t===`F!`||t===`F`)break;if(t===`/$`||t===`/&`)return null}}return e}var um=null;function dm(e){e=e.nextSibling;for(var t=0;e;){if(e.nodeType===8){var n=e.data;if(n===`/$`||n===`/&`){if(t===0)return lm(e.nextSibling);t--}else n!==`$`&&n!==`$!`&&n!==`$?`&&n!==`$~`&&n!==`&`||t++}e=e.nextSibling}return null}function fm(e){e=e.previousSibling;for(var t=0;e;){if(e.nodeType===8){var n=e.data;if(n===`$`||n===`$!`||n===`$?`||n===`$~`||n===`&`){if(t===0)return e;t--}else n!==`/$`&&n!==`/&`||t++}e=e.previousSibling}return null}function pm(e,t){function n(){r=!0}if(e.ownerDocument.activeElement===e)return!0;var r=!1;try{e.ownerDocument.addEventListener(`focus`,n,!0),(e.focus||HTMLElement.prototype.focus).call(e,t)}finally{e.ownerDocument.removeEventListener(`focus`,n,!0)}return r}function mm(e){yp(function(){yp(function(t){return e(t)})})}function hm(e,t,n){switch(t=lp(n),e){case`html`:if(e=t.documentElement,!e)throw Error(s(452));return e;case`head`:if(e=t.head,!e)throw Error(s(453));return e;case`body`:if(e=t.body,!e)throw Error(s(454));return e;default:throw Error(s(451))}}function gm(e,t,n){for(var r in n){var i=n[r];n.hasOwnProperty(r)&&i!=null&&$(e,t,r,null,rp,i)}n.dangerouslySetInnerHTML!=null&&(e.textContent=``),e.onclick===En&&(e.onclick=null),Bt(e)}function _m(e){for(var t=e.attributes;t.length;)e.removeAttributeNode(t[0]);Bt(e)}var vm=new Map,ym=new Set;function bm(e){if(typeof e.getRootNode==`function`){var t=e.getRootNode();if(t.nodeType===9||t.nodeType===11)return t}return e.nodeType===9?e:e.ownerDocument}var xm=D.d;D.d={f:Sm,r:Cm,D:Em,C:Dm,L:Om,m:km,X:jm,S:Am,M:Mm};function Sm(){var e=xm.f(),t=zd();return e||t}function Cm(e){var t=Ht(e);t!==null&&t.tag===5&&t.type===`form`?tc(t):xm.r(e)}var wm=typeof document>`u`?null:document;function Tm(e,t,n){var r=wm;if(r&&typeof t==`string`&&t){var i=fn(t);i=`link[rel="`+e+`"][href="`+i+`"]`,typeof n==`string`&&(i+=`[crossorigin="`+n+`"]`),ym.has(i)||(ym.add(i),e={rel:e,crossOrigin:n,href:t},r.querySelector(i)===null&&(t=r.createElement(`link`),np(t,`link`,e),Gt(t),r.head.appendChild(t)))}}function Em(e){xm.D(e),Tm(`dns-prefetch`,e,null)}function Dm(e,t){xm.C(e,t),Tm(`preconnect`,e,t)}function Om(e,t,n){xm.L(e,t,n);var r=wm;if(r&&e&&t){var i=`link[rel="preload"][as="`+fn(t)+`"]`;t===`image`&&n&&n.imageSrcSet?(i+=`[imagesrcset="`+fn(n.imageSrcSet)+`"]`,typeof n.imageSizes==`string`&&(i+=`[imagesizes="`+fn(n.imageSizes)+`"]`)):i+=`[href="`+fn(e)+`"]`;var a=i;switch(t){case`style`:a=Pm(e);break;case`script`:a=Rm(e)}if(!(vm.has(a)||(e=T({rel:`preload`,href:t===`image`&&n&&n.imageSrcSet?void 0:e,as:t},n),vm.set(a,e),r.querySelector(i)!==null||t===`style`&&r.querySelector(Fm(a))||t===`script`&&r.querySelector(zm(a))))){var o=r.createElement(`link`);np(o,`link`,e),t===`style`&&(o[zt]=!0,o.onload=o.onerror=function(){Kt(o)}),Gt(o),r.head.appendChild(o)}}}function km(e,t){xm.m(e,t);var n=wm;if(n&&e){var r=t&&typeof t.as==`string`?t.as:`script`,i=`link[rel="modulepreload"][as="`+fn(r)+`"][href="`+fn(e)+`"]`,a=i;switch(r){case`audioworklet`:case`paintworklet`:case`serviceworker`:case`sharedworker`:case`worker`:case`script`:a=Rm(e)}if(!vm.has(a)&&(e=T({rel:`modulepreload`,href:e},t),vm.set(a,e),n.querySelector(i)===null)){switch(r){case`audioworklet`:case`paintworklet`:case`serviceworker`:case`sharedworker`:case`worker`:case`script`:if(n.querySelector(zm(a)))return}r=n.createElement(`link`),np(r,`link`,e),Gt(r),n.head.appendChild(r)}}}function Am(e,t,n){xm.S(e,t,n);var r=wm;if(r&&e){var i=Wt(r).hoistableStyles,a=Pm(e);t||=`default`;var o=i.get(a);if(!o){var s={loading:0,preload:null};if(o=r.querySelector(Fm(a)))s.loading=5;else{e=T({rel:`stylesheet`,href:e,"data-precedence":t},n),(n=vm.get(a))&&Hm(e,n);var c=o=r.createElement(`link`);Gt(c),np(c,`link`,e),c._p=new Promise(function(e,t){c.onload=e,c.onerror=t}),c.addEventListener(`load`,function(){s.loading|=1}),c.addEventListener(`error`,function(){s.loading|=2}),s.loading|=4,Vm(o,t,r)}o={type:`stylesheet`,instance:o,count:1,state:s},i.set(a,o)}}}function jm(e,t){xm.X(e,t);var n=wm;if(n&&e){var r=Wt(n).hoistableScripts,i=Rm(e),a=r.get(i);a||(a=n.querySelector(zm(i)),a||(e=T({src:e,async:!0},t),(t=vm.get(i))&&Um(e,t),a=n.createElement(`script`),Gt(a),np(a,`link`,e),n.head.appendChild(a)),a={type:`script`,instance:a,count:1,state:null},r.set(i,a))}}function Mm(e,t){xm.M(e,t);var n=wm;if(n&&e){var r=Wt(n).hoistableScripts,i=Rm(e),a=r.get(i);a||(a=n.querySelector(zm(i)),a||(e=T({src:e,async:!0,type:`module`},t),(t=vm.get(i))&&Um(e,t),a=n.createElement(`script`),Gt(a),np(a,`link`,e),n.head.appendChild(a)),a={type:`script`,instance:a,count:1,state:null},r.set(i,a))}}function Nm(e,t,n,r){var i=(i=je.current)?bm(i):null;if(!i)throw Error(s(446));switch(e){case`meta`:case`title`:return null;case`style`:return typeof n.precedence==`string`&&typeof n.href==`string`?(n=Pm(n.href),t=Wt(i).hoistableStyles,r=t.get(n),r||(r={type:`style`,instance:null,count:0,state:null},t.set(n,r)),r):{type:`void`,instance:null,count:0,state:null};case`link`:if(n.rel===`stylesheet`&&typeof n.href==`string`&&typeof n.precedence==`string`){e=Pm(n.href);var a=Wt(i).hoistableStyles,o=a.get(e);if(o||(i=i.ownerDocument||i,o={type:`stylesheet`,instance:null,count:0,state:{loading:0,preload:null}},a.set(e,o),(a=i.querySelector(Fm(e)))?a._p||(o.instance=a,o.state.loading=5):(a=vm.get(e),a||(a={rel:`preload`,as:`style`,href:n.href,crossOrigin:n.crossOrigin,integrity:n.integrity,media:n.media,hrefLang:n.hrefLang,referrerPolicy:n.referrerPolicy},vm.set(e,a)),Lm(i,e,a,o.state))),t&&r===null)throw Error(s(528,``));return o}if(t&&r!==null)throw Error(s(529,``));return null;case`script`:return t=n.async,n=n.src,typeof n==`string`&&t&&typeof t!=`function`&&typeof t!=`symbol`?(n=Rm(n),t=Wt(i).hoistableScripts,r=t.get(n),r||(r={type:`script`,instance:null,count:0,state:null},t.set(n,r)),r):{type:`void`,instance:null,count:0,state:null};default:throw Error(s(444,e))}}function Pm(e){return`href="`+fn(e)+`"`}function Fm(e){return`link[rel="stylesheet"][`+e+`]`}function Im(e){return T({},e,{"data-precedence":e.precedence,precedence:null})}function Lm(e,t,n,r){if(t=e.querySelector(`link[rel="preload"][as="style"][`+t+`]`)){if(!0!==t[zt]){r.loading=1;return}}else t=e.createElement(`link`),t[zt]=!0,t.onload=t.onerror=Kt.bind(null,t),np(t,`link`,n),Gt(t),e.head.appendChild(t);r.preload=t,t.addEventListener(`load`,function(){return r.loading|=1}),t.addEventListener(`error`,function(){return r.loading|=2})}function Rm(e){return`[src="`+fn(e)+`"]`}function zm(e){return`script[async]`+e}function Bm(e,t,n){if(t.count++,t.instance===null)switch(t.type){case`style`:var r=e.querySelector(`style[data-href~="`+fn(n.href)+`"]`);if(r)return t.instance=r,Gt(r),r;var i=T({},n,{"data-href":n.href,"data-precedence":n.precedence,href:null,precedence:null});return r=(e.ownerDocument||e).createElement(`style`),Gt(r),np(r,`style`,i),Vm(r,n.precedence,e),t.instance=r;case`stylesheet`:i=Pm(n.href);var a=e.querySelector(Fm(i));if(a)return t.state.loading|=4,t.instance=a,Gt(a),a;r=Im(n),(i=vm.get(i))&&Hm(r,i),a=(e.ownerDocument||e).createElement(`link`),Gt(a);var o=a;return o._p=new Promise(function(e,t){o.onload=e,o.onerror=t}),np(a,`link`,r),t.state.loading|=4,Vm(a,n.precedence,e),t.instance=a;case`script`:return a=Rm(n.src),(i=e.querySelector(zm(a)))?(t.instance=i,Gt(i),i):(r=n,(i=vm.get(a))&&(r=T({},n),Um(r,i)),e=e.ownerDocument||e,i=e.createElement(`script`),Gt(i),np(i,`link`,r),e.head.appendChild(i),t.instance=i);case`void`:return null;default:throw Error(s(443,t.type))}else t.type===`stylesheet`&&!(t.state.loading&4)&&(r=t.instance,t.state.loading|=4,Vm(r,n.precedence,e));return t.instance}function Vm(e,t,n){for(var r=n.querySelectorAll(`link[rel="stylesheet"][data-precedence],style[data-precedence]`),i=r.length?r[r.length-1]:null,a=i,o=0;o<r.length;o++){var s=r[o];if(s.dataset.precedence===t)a=s;else if(a!==i)break}a?a.parentNode.insertBefore(e,a.nextSibling):(t=n.nodeType===9?n.head:n,t.insertBefore(e,t.firstChild))}function Hm(e,t){e.crossOrigin??=t.crossOrigin,e.referrerPolicy??=t.referrerPolicy,e.title??=t.title}function Um(e,t){e.crossOrigin??=t.crossOrigin,e.referrerPolicy??=t.referrerPolicy,e.integrity??=t.integrity}var Wm=null;function Gm(e,t,n){if(Wm===null){var r=new Map,i=Wm=new Map;i.set(n,r)}else i=Wm,r=i.get(n),r||(r=new Map,i.set(n,r));if(r.has(e))return r;for(r.set(e,null),n=n.getElementsByTagName(e),i=0;i<n.length;i++){var a=n[i];if(!(a[Rt]||a[jt]||e===`link`&&a.getAttribute(`rel`)===`stylesheet`)&&a.namespaceURI!==`http://www.w3.org/2000/svg`){var o=a.getAttribute(t)||``;o=e+o;var s=r.get(o);s?s.push(a):r.set(o,[a])}}return r}function Km(e,t,n){e=e.ownerDocument||e,e.head.insertBefore(n,t===`title`?e.querySelector(`head > title`):null)}function qm(e,t,n){if(n===1||t.itemProp!=null)return!1;switch(e){case`meta`:case`title`:return!0;case`style`:if(typeof t.precedence!=`string`||typeof t.href!=`string`||t.href===``)break;return!0;case`link`:if(typeof t.rel!=`string`||typeof t.href!=`string`||t.href===``||t.onLoad||t.onError)break;switch(t.rel){case`stylesheet`:return e=t.disabled,typeof t.precedence==`string`&&e==null;default:return!0}case`script`:if(t.async&&typeof t.async!=`function`&&typeof t.async!=`symbol`&&!t.onLoad&&!t.onError&&t.src&&typeof t.src==`string`)return!0}return!1}function Jm(e,t){return e===`img`&&t.src!=null&&t.src!==``&&t.onLoad==null&&t.loading!==`lazy`}function Ym(e){return!(e.type===`stylesheet`&&!(e.state.loading&3))}function Xm(e){return(e.width||100)*(e.height||100)*(typeof devicePixelRatio==`number`?devicePixelRatio:1)*.25}function Zm(e,t){typeof t.decode==`function`&&(e.imgCount++,t.complete||(e.imgBytes+=Xm(t),e.suspenseyImages.push(t)),e=rh.bind(e),t.decode().then(e,e))}function Qm(e,t,n,r){if(n.type===`stylesheet`&&(typeof r.media!=`string`||!1!==matchMedia(r.media).matches)&&!(n.state.loading&4)){if(n.instance===null){var i=Pm(r.href),a=t.querySelector(Fm(i));if(a){t=a._p,typeof t==`object`&&t&&typeof t.then==`function`&&(e.count++,e=nh.bind(e),t.then(e,e)),n.state.loading|=4,n.instance=a,Gt(a);return}a=t.ownerDocument||t,r=Im(r),(i=vm.get(i))&&Hm(r,i),a=a.createElement(`link`),Gt(a);var o=a;o._p=new Promise(function(e,t){o.onload=e,o.onerror=t}),np(a,`link`,r),n.instance=a}e.stylesheets===null&&(e.stylesheets=new Map),e.stylesheets.set(n,t),(t=n.state.preload)&&!(n.state.loading&3)&&(e.count++,n=nh.bind(e),t.addEventListener(`load`,n),t.addEventListener(`error`,n))}}var $m=0;function eh(e,t){return e.stylesheets&&e.count===0&&ah(e,e.stylesheets),0<e.count||0<e.imgCount?function(n){var r=setTimeout(function(){if(e.stylesheets&&ah(e,e.stylesheets),e.unsuspend){var t=e.unsuspend;e.unsuspend=null,t()}},6e4+t);0<e.imgBytes&&$m===0&&($m=62500*op());var i=setTimeout(function(){if(e.waitingForImages=!1,e.count===0&&(e.stylesheets&&ah(e,e.stylesheets),e.unsuspend)){var t=e.unsuspend;e.unsuspend=null,t()}},(e.imgBytes>$m?50:800)+t);return e.unsuspend=n,function(){e.unsuspend=null,clearTimeout(r),clearTimeout(i)}}:null}function th(e){if(e.count===0&&(e.imgCount===0||!e.waitingForImages)){if(e.stylesheets)ah(e,e.stylesheets);else if(e.unsuspend){var t=e.unsuspend;e.unsuspend=null,t()}}}function nh(){this.count--,th(this)}function rh(){this.imgCount--,th(this)}var ih=null;function ah(e,t){e.stylesheets=null,e.unsuspend!==null&&(e.count++,ih=new Map,t.forEach(oh,e),ih=null,nh.call(e))}function oh(e,t){if(!(t.state.loading&4)){var n=ih.get(e);if(n)var r=n.get(null);else{n=new Map,ih.set(e,n);for(var i=e.querySelectorAll(`link[data-precedence],style[data-precedence]`),a=0;a<i.length;a++){var o=i[a];(o.nodeName===`LINK`||o.getAttribute(`media`)!==`not all`)&&(n.set(o.dataset.precedence,o),r=o)}r&&n.set(null,r)}i=t.instance,o=i.getAttribute(`data-precedence`),a=n.get(o)||r,a===r&&n.set(null,i),n.set(o,i),this.count++,r=nh.bind(this),i.addEventListener(`load`,r),i.addEventListener(`error`,r),a?a.parentNode.insertBefore(i,a.nextSibling):(e=e.nodeType===9?e.head:e,e.insertBefore(i,e.firstChild)),t.state.loading|=4}}var sh={$$typeof:le,Provider:null,Consumer:null,_currentValue:Te,_currentValue2:Te,_threadCount:0};function ch(e,t,n,r,i,a,o,s,c){this.tag=1,this.containerInfo=e,this.pingCache=this.current=this.pendingChildren=null,this.timeoutHandle=-1,this.callbackNode=this.next=this.pendingContext=this.context=this.cancelPendingCommit=null,this.callbackPriority=0,this.expirationTimes=bt(-1),this.entangledLanes=this.shellSuspendCounter=this.errorRecoveryDisabledLanes=this.expiredLanes=this.warmLanes=this.pingedLanes=this.suspendedLanes=this.pendingLanes=0,this.entanglements=bt(0),this.hiddenUpdates=bt(null),this.identifierPrefix=r,this.onUncaughtError=i,this.onCaughtError=a,this.onRecoverableError=o,this.pooledCache=null,this.pooledCacheLanes=0,this.formState=c,this.transitionTypes=null,this.incompleteTransitions=new Map}function lh(e,t,n,r,i,a,o,s,c,l,u,d){return e=new ch(e,t,n,o,c,l,u,d,s),t=1,!0===a&&(t|=24),a=Li(3,null,null,t),e.current=a,a.stateNode=e,t=Ma(),t.refCount++,e.pooledCache=t,t.refCount++,a.memoizedState={element:r,isDehydrated:n,cache:t},ho(a),e}function uh(e){return e?(e=Fi,e):Fi}function dh(e,t,n,r,i,a){i=uh(i),r.context===null?r.context=i:r.pendingContext=i,r=_o(t),r.payload={element:n},a=a===void 0?null:a,a!==null&&(r.callback=a),n=vo(e,r,t),n!==null&&(Pd(n,e,t),yo(n,e,t))}function fh(e,t){if(e=e.memoizedState,e!==null&&e.dehydrated!==null){var n=e.retryLane;e.retryLane=n!==0&&n<t?n:t}}function ph(e,t){fh(e,t),(e=e.alternate)&&fh(e,t)}function mh(e){if(e.tag===13||e.tag===31){var t=Mi(e,67108864);t!==null&&Pd(t,e,67108864),ph(e,67108864)}}function hh(e){if(e.tag===13||e.tag===31){var t=jd();t=Et(t);var n=Mi(e,t);n!==null&&Pd(n,e,t),ph(e,t)}}var gh=!0;function _h(e,t,n,r){var i=E.T;E.T=null;var a=D.p;try{D.p=2,yh(e,t,n,r)}finally{D.p=a,E.T=i}}function vh(e,t,n,r){var i=E.T;E.T=null;var a=D.p;try{D.p=8,yh(e,t,n,r)}finally{D.p=a,E.T=i}}function yh(e,t,n,r){if(gh){var i=bh(r);if(i===null)Kf(e,t,r,xh,n),Mh(e,r);else if(Ph(i,e,t,n,r))r.stopPropagation();else if(Mh(e,r),t&4&&-1<jh.indexOf(e)){for(;i!==null;){var a=Ht(i);if(a!==null)switch(a.tag){case 3:if(a=a.stateNode,a.current.memoizedState.isDehydrated){var o=mt(a.pendingLanes);if(o!==0){var s=a;for(s.pendingLanes|=2,s.entangledLanes|=2;o;){var c=1<<31-st(o);s.entanglements[1]|=c,o&=~c}Ef(a),!(K&6)&&(gd=Ye()+500,Df(0,!1))}}break;case 31:case 13:s=Mi(a,2),s!==null&&Pd(s,a,2),zd(),ph(a,2)}if(a=bh(r),a===null&&Kf(e,t,r,xh,n),a===i)break;i=a}i!==null&&r.stopPropagation()}else Kf(e,t,r,null,n)}}function bh(e){return e=On(e),Sh(e)}var xh=null;function Sh(e){if(xh=null,e=Vt(e),e!==null){var t=l(e);if(t===null)e=null;else{var n=t.tag;if(n===13){if(e=u(t),e!==null)return e;e=null}else if(n===31){if(e=d(t),e!==null)return e;e=null}else if(n===3){if(t.stateNode.current.memoizedState.isDehydrated)return t.tag===3?t.stateNode.containerInfo:null;e=null}else t!==e&&(e=null)}}return xh=e,null}function Ch(e){switch(e){case`beforetoggle`:case`cancel`:case`click`:case`close`:case`contextmenu`:case`copy`:case`cut`:case`auxclick`:case`dblclick`:case`dragend`:case`dragstart`:case`drop`:case`focusin`:case`focusout`:case`input`:case`invalid`:case`keydown`:case`keypress`:case`keyup`:case`mousedown`:case`mouseup`:case`paste`:case`pause`:case`play`:case`pointercancel`:case`pointerdown`:case`pointerup`:case`ratechange`:case`reset`:case`seeked`:case`submit`:case`toggle`:case`touchcancel`:case`touchend`:case`touchstart`:case`volumechange`:case`change`:case`selectionchange`:case`textInput`:case`compositionstart`:case`compositionend`:case`compositionupdate`:case`beforeblur`:case`afterblur`:case`beforeinput`:case`blur`:case`fullscreenchange`:case`fullscreenerror`:case`focus`:case`hashchange`:case`popstate`:case`select`:case`selectstart`:return 2;case`drag`:case`dragenter`:case`dragexit`:case`dragleave`:case`dragover`:case`mousemove`:case`mouseout`:case`mouseover`:case`pointermove`:case`pointerout`:case`pointerover`:case`resize`:case`scroll`:case`touchmove`:case`wheel`:case`mouseenter`:case`mouseleave`:case`pointerenter`:case`pointerleave`:return 8;case`message`:switch(Xe()){case Ze:return 2;case Qe:return 8;case $e:case et:return 32;case tt:return 268435456;default:return 32}default:return 32}}var wh=!1,Th=null,Eh=null,Dh=null,Oh=new Map,kh=new Map,Ah=[],jh=`mousedown mouseup touchcancel touchend touchstart auxclick dblclick pointercancel pointerdown pointerup dragend dragstart drop compositionend compositionstart keydown keypress keyup input textInput copy cut paste click change contextmenu reset`.split(` `);function Mh(e,t){switch(e){case`focusin`:case`focusout`:Th=null;break;case`dragenter`:case`dragleave`:Eh=null;break;case`mouseover`:case`mouseout`:Dh=null;break;case`pointerover`:case`pointerout`:Oh.delete(t.pointerId);break;case`gotpointercapture`:case`lostpointercapture`:kh.delete(t.pointerId)}}function Nh(e,t,n,r,i,a){return e===null||e.nativeEvent!==a?(e={blockedOn:t,domEventName:n,eventSystemFlags:r,nativeEvent:a,targetContainers:[i]},t!==null&&(t=Ht(t),t!==null&&mh(t)),e):(e.eventSystemFlags|=r,t=e.targetContainers,i!==null&&t.indexOf(i)===-1&&t.push(i),e)}function Ph(e,t,n,r,i){switch(t){case`focusin`:return Th=Nh(Th,e,t,n,r,i),!0;case`dragenter`:return Eh=Nh(Eh,e,t,n,r,i),!0;case`mouseover`:return Dh=Nh(Dh,e,t,n,r,i),!0;case`pointerover`:var a=i.pointerId;return Oh.set(a,Nh(Oh.get(a)||null,e,t,n,r,i)),!0;case`gotpointercapture`:return a=i.pointerId,kh.set(a,Nh(kh.get(a)||null,e,t,n,r,i)),!0}return!1}function Fh(e){var t=Vt(e.target);if(t!==null){var n=l(t);if(n!==null){if(t=n.tag,t===13){if(t=u(n),t!==null){e.blockedOn=t,kt(e.priority,function(){hh(n)});return}}else if(t===31){if(t=d(n),t!==null){e.blockedOn=t,kt(e.priority,function(){hh(n)});return}}else if(t===3&&n.stateNode.current.memoizedState.isDehydrated){e.blockedOn=n.tag===3?n.stateNode.containerInfo:null;return}}}e.blockedOn=null}function Ih(e){if(e.blockedOn!==null)return!1;for(var t=e.targetContainers;0<t.length;){var n=bh(e.nativeEvent);if(n===null){n=e.nativeEvent;var r=new n.constructor(n.type,n);Dn=r,n.target.dispatchEvent(r),Dn=null}else return t=Ht(n),t!==null&&mh(t),e.blockedOn=n,!1;t.shift()}return!0}function Lh(e,t,n){Ih(e)&&n.delete(t)}function Rh(){wh=!1,Th!==null&&Ih(Th)&&(Th=null),Eh!==null&&Ih(Eh)&&(Eh=null),Dh!==null&&Ih(Dh)&&(Dh=null),Oh.forEach(Lh),kh.forEach(Lh)}function zh(e,n){e.blockedOn===n&&(e.blockedOn=null,wh||(wh=!0,t.unstable_scheduleCallback(t.unstable_NormalPriority,Rh)))}var Bh=null;function Vh(e){Bh!==e&&(Bh=e,t.unstable_scheduleCallback(t.unstable_NormalPriority,function(){Bh===e&&(Bh=null);for(var t=0;t<e.length;t+=3){var n=e[t],r=e[t+1],i=e[t+2];if(typeof r!=`function`){if(Sh(r||n)===null)continue;break}var a=Ht(n);a!==null&&(e.splice(t,3),t-=3,$s(a,{pending:!0,data:i,method:n.method,action:r},r,i))}}))}function Hh(e){function t(t){return zh(t,e)}Th!==null&&zh(Th,e),Eh!==null&&zh(Eh,e),Dh!==null&&zh(Dh,e),Oh.forEach(t),kh.forEach(t);for(var n=0;n<Ah.length;n++){var r=Ah[n];r.blockedOn===e&&(r.blockedOn=null)}for(;0<Ah.length&&(n=Ah[0],n.blockedOn===null);)Fh(n),n.blockedOn===null&&Ah.shift();if(n=(e.ownerDocument||e).$$reactFormReplay,n!=null)for(r=0;r<n.length;r+=3){var i=n[r],a=n[r+1],o=i[Mt]||null;if(typeof a==`function`)o||Vh(n);else if(o){var s=null;if(a&&a.hasAttribute(`formAction`)){if(i=a,o=a[Mt]||null)s=o.formAction;else if(Sh(i)!==null)continue}else s=o.action;typeof s==`function`?n[r+1]=s:(n.splice(r,3),r-=3),Vh(n)}}}function Uh(){function e(e){e.canIntercept&&e.info===`react-transition`&&e.intercept({handler:function(){return new Promise(function(e){return i=e})},focusReset:`manual`,scroll:`manual`})}function t(){i!==null&&(i(),i=null),r||setTimeout(n,20)}function n(){if(!r&&!navigation.transition){var e=navigation.currentEntry;e&&e.url!=null&&navigation.navigate(e.url,{state:e.getState(),info:`react-transition`,history:`replace`})}}if(typeof navigation==`object`){var r=!1,i=null;return navigation.addEventListener(`navigate`,e),navigation.addEventListener(`navigatesuccess`,t),navigation.addEventListener(`navigateerror`,t),setTimeout(n,100),function(){r=!0,navigation.removeEventListener(`navigate`,e),navigation.removeEventListener(`navigatesuccess`,t),navigation.removeEventListener(`navigateerror`,t),i!==null&&(i(),i=null)}}}function Wh(e){this._internalRoot=e}Gh.prototype.render=Wh.prototype.render=function(e){var t=this._internalRoot;if(t===null)throw Error(s(409));var n=t.current;dh(n,jd(),e,t,null,null)},Gh.prototype.unmount=Wh.prototype.unmount=function(){var e=this._internalRoot;if(e!==null){this._internalRoot=null;var t=e.containerInfo;dh(e.current,2,null,e,null,null),zd(),t[Nt]=null}};function Gh(e){this._internalRoot=e}Gh.prototype.unstable_scheduleHydration=function(e){if(e){var t=Ot();e={blockedOn:null,target:e,priority:t};for(var n=0;n<Ah.length&&t!==0&&t<Ah[n].priority;n++);Ah.splice(n,0,e),n===0&&Fh(e)}};var Kh=r.version;if(Kh!==`19.3.1`)throw Error(s(527,Kh,`19.3.1`));D.findDOMNode=function(e){var t=e._reactInternals;if(t===void 0)throw typeof e.render==`function`?Error(s(188)):(e=Object.keys(e).join(`,`),Error(s(268,e)));return e=p(t),e=e===null?null:m(e),e=e===null?null:e.stateNode,e};var qh={bundleType:0,version:`19.3.1`,rendererPackageName:`react-dom`,currentDispatcherRef:E,reconcilerVersion:`19.3.1`};if(typeof __REACT_DEVTOOLS_GLOBAL_HOOK__<`u`){var Jh=__REACT_DEVTOOLS_GLOBAL_HOOK__;if(!Jh.isDisabled&&Jh.supportsFiber)try{it=Jh.inject(qh),at=Jh}catch{}}e.createRoot=function(e,t){if(!c(e))throw Error(s(299));var n=!1,r=``,i=Sc,a=Cc,o=wc;return t!=null&&(!0===t.unstable_strictMode&&(n=!0),t.identifierPrefix!==void 0&&(r=t.identifierPrefix),t.onUncaughtError!==void 0&&(i=t.onUncaughtError),t.onCaughtError!==void 0&&(a=t.onCaughtError),t.onRecoverableError!==void 0&&(o=t.onRecoverableError)),t=lh(e,1,!1,null,null,n,r,null,i,a,o,Uh),e[Nt]=t.current,Wf(e),new Wh(t)}})),c=e(((e,t)=>{function n(){if(typeof __REACT_DEVTOOLS_GLOBAL_HOOK__<`u`&&typeof __REACT_DEVTOOLS_GLOBAL_HOOK__.checkDCE==`function`)try{__REACT_DEVTOOLS_GLOBAL_HOOK__.checkDCE(n)}catch(e){console.error(e)}}n(),t.exports=s()})),l=n(),u=c();function d(e){let t=new Set;return{get:()=>e,set(n){if(!Object.is(n,e)){e=n;for(let e of t)e()}},subscribe(e){return t.add(e),()=>t.delete(e)}}}var f=e=>(0,l.useSyncExternalStore)(e.subscribe,e.get),p=`devarch-theme`,m=[`system`,`light`,`dark`],h=localStorage.getItem(p),g=d(m.includes(h)?h:`system`);function _(){document.documentElement.dataset.theme=g.get()}function v(){let e=m[(m.indexOf(g.get())+1)%m.length]??`system`;localStorage.setItem(p,e),g.set(e)}g.subscribe(_),_();var y={NAME:`Name`,DOCUMENT:`Document`,OPERATION_DEFINITION:`OperationDefinition`,VARIABLE_DEFINITION:`VariableDefinition`,SELECTION_SET:`SelectionSet`,FIELD:`Field`,ARGUMENT:`Argument`,FRAGMENT_SPREAD:`FragmentSpread`,INLINE_FRAGMENT:`InlineFragment`,FRAGMENT_DEFINITION:`FragmentDefinition`,VARIABLE:`Variable`,INT:`IntValue`,FLOAT:`FloatValue`,STRING:`StringValue`,BOOLEAN:`BooleanValue`,NULL:`NullValue`,ENUM:`EnumValue`,LIST:`ListValue`,OBJECT:`ObjectValue`,OBJECT_FIELD:`ObjectField`,DIRECTIVE:`Directive`,NAMED_TYPE:`NamedType`,LIST_TYPE:`ListType`,NON_NULL_TYPE:`NonNullType`},b=class extends Error{constructor(e,t,n,r,i,a,o){super(e),this.name=`GraphQLError`,this.message=e,i&&(this.path=i),t&&(this.nodes=Array.isArray(t)?t:[t]),n&&(this.source=n),r&&(this.positions=r),a&&(this.originalError=a);var s=o;if(!s&&a){var c=a.extensions;c&&typeof c==`object`&&(s=c)}this.extensions=s||{}}toJSON(){return{...this,message:this.message}}toString(){return this.message}get[Symbol.toStringTag](){return`GraphQLError`}},x,S;function C(e){return new b(`Syntax Error: Unexpected token at ${S} in ${e}`)}function ee(e){if(e.lastIndex=S,e.test(x))return x.slice(S,S=e.lastIndex)}var w=/ +(?=[^\s])/y;function te(e){for(var t=e.split(`
`),n=``,r=0,i=0,a=t.length-1,o=0;o<t.length;o++)w.lastIndex=0,w.test(t[o])&&(o&&(!r||w.lastIndex<r)&&(r=w.lastIndex),i||=o,a=o);for(var s=i;s<=a;s++)s!==i&&(n+=`
`),n+=t[s].slice(r).replace(/\\"""/g,`"""`);return n}function T(){for(var e=0|x.charCodeAt(S++);e===9||e===10||e===13||e===32||e===35||e===44||e===65279;e=0|x.charCodeAt(S++))if(e===35)for(;(e=0|x.charCodeAt(S++))&&e!==10&&e!==13;);S--}function ne(){for(var e=S,t=0|x.charCodeAt(S++);t>=48&&t<=57||t>=65&&t<=90||t===95||t>=97&&t<=122;t=0|x.charCodeAt(S++));if(e===S-1)throw C(`Name`);var n=x.slice(e,--S);return T(),n}function re(){return{kind:`Name`,value:ne()}}var ie=/(?:"""|(?:[\s\S]*?[^\\])""")/y,ae=/(?:(?:\.\d+)?[eE][+-]?\d+|\.\d+)/y;function oe(e){var t;switch(x.charCodeAt(S)){case 91:S++,T();for(var n=[];x.charCodeAt(S)!==93;)n.push(oe(e));return S++,T(),{kind:`ListValue`,values:n};case 123:S++,T();for(var r=[];x.charCodeAt(S)!==125;){var i=re();if(x.charCodeAt(S++)!==58)throw C(`ObjectField`);T(),r.push({kind:`ObjectField`,name:i,value:oe(e)})}return S++,T(),{kind:`ObjectValue`,fields:r};case 36:if(e)throw C(`Variable`);return S++,{kind:`Variable`,name:re()};case 34:if(x.charCodeAt(S+1)===34&&x.charCodeAt(S+2)===34){if(S+=3,(t=ee(ie))==null)throw C(`StringValue`);return T(),{kind:`StringValue`,value:te(t.slice(0,-3)),block:!0}}var a=S,o;S++;var s=!1;for(o=0|x.charCodeAt(S++);o===92&&(S++,s=!0)||o!==10&&o!==13&&o!==34&&o;o=0|x.charCodeAt(S++));if(o!==34)throw C(`StringValue`);return t=x.slice(a,S),T(),{kind:`StringValue`,value:s?JSON.parse(t):t.slice(1,-1),block:!1};case 45:case 48:case 49:case 50:case 51:case 52:case 53:case 54:case 55:case 56:case 57:for(var c=S++,l;(l=0|x.charCodeAt(S++))>=48&&l<=57;);var u=x.slice(c,--S);if((l=x.charCodeAt(S))===46||l===69||l===101){if((t=ee(ae))==null)throw C(`FloatValue`);return T(),{kind:`FloatValue`,value:u+t}}return T(),{kind:`IntValue`,value:u};case 110:if(x.charCodeAt(S+1)===117&&x.charCodeAt(S+2)===108&&x.charCodeAt(S+3)===108)return S+=4,T(),{kind:`NullValue`};break;case 116:if(x.charCodeAt(S+1)===114&&x.charCodeAt(S+2)===117&&x.charCodeAt(S+3)===101)return S+=4,T(),{kind:`BooleanValue`,value:!0};break;case 102:if(x.charCodeAt(S+1)===97&&x.charCodeAt(S+2)===108&&x.charCodeAt(S+3)===115&&x.charCodeAt(S+4)===101)return S+=5,T(),{kind:`BooleanValue`,value:!1}}return{kind:`EnumValue`,value:ne()}}function se(e){if(x.charCodeAt(S)===40){var t=[];S++,T();do{var n=re();if(x.charCodeAt(S++)!==58)throw C(`Argument`);T(),t.push({kind:`Argument`,name:n,value:oe(e)})}while(x.charCodeAt(S)!==41);return S++,T(),t}}function ce(e){if(x.charCodeAt(S)===64){var t=[];do S++,t.push({kind:`Directive`,name:re(),arguments:se(e)});while(x.charCodeAt(S)===64);return t}}function le(){for(var e=0;x.charCodeAt(S)===91;)e++,S++,T();var t={kind:`NamedType`,name:re()};do if(x.charCodeAt(S)===33&&(S++,T(),t={kind:`NonNullType`,type:t}),e){if(x.charCodeAt(S++)!==93)throw C(`NamedType`);T(),t={kind:`ListType`,type:t}}while(e--);return t}function ue(){if(x.charCodeAt(S++)!==123)throw C(`SelectionSet`);return T(),de()}function de(){var e=[];do if(x.charCodeAt(S)===46){if(x.charCodeAt(++S)!==46||x.charCodeAt(++S)!==46)throw C(`SelectionSet`);switch(S++,T(),x.charCodeAt(S)){case 64:e.push({kind:`InlineFragment`,typeCondition:void 0,directives:ce(!1),selectionSet:ue()});break;case 111:x.charCodeAt(S+1)===110?(S+=2,T(),e.push({kind:`InlineFragment`,typeCondition:{kind:`NamedType`,name:re()},directives:ce(!1),selectionSet:ue()})):e.push({kind:`FragmentSpread`,name:re(),directives:ce(!1)});break;case 123:S++,T(),e.push({kind:`InlineFragment`,typeCondition:void 0,directives:void 0,selectionSet:de()});break;default:e.push({kind:`FragmentSpread`,name:re(),directives:ce(!1)})}}else{var t=re(),n=void 0;x.charCodeAt(S)===58&&(S++,T(),n=t,t=re());var r=se(!1),i=ce(!1),a=void 0;x.charCodeAt(S)===123&&(S++,T(),a=de()),e.push({kind:`Field`,alias:n,name:t,arguments:r,directives:i,selectionSet:a})}while(x.charCodeAt(S)!==125);return S++,T(),{kind:`SelectionSet`,selections:e}}function fe(){if(T(),x.charCodeAt(S)===40){var e=[];S++,T();do{var t=void 0;if(x.charCodeAt(S)===34&&(t=oe(!0)),x.charCodeAt(S++)!==36)throw C(`Variable`);var n=re();if(x.charCodeAt(S++)!==58)throw C(`VariableDefinition`);T();var r=le(),i=void 0;x.charCodeAt(S)===61&&(S++,T(),i=oe(!0)),T();var a={kind:`VariableDefinition`,variable:{kind:`Variable`,name:n},type:r,defaultValue:i,directives:ce(!0)};t&&(a.description=t),e.push(a)}while(x.charCodeAt(S)!==41);return S++,T(),e}}function pe(e){var t=re();if(x.charCodeAt(S++)!==111||x.charCodeAt(S++)!==110)throw C(`FragmentDefinition`);T();var n={kind:`FragmentDefinition`,name:t,typeCondition:{kind:`NamedType`,name:re()},directives:ce(!1),selectionSet:ue()};return e&&(n.description=e),n}function me(){var e=[];do{var t=void 0;if(x.charCodeAt(S)===34&&(t=oe(!0)),x.charCodeAt(S)===123){if(t)throw C(`Document`);S++,T(),e.push({kind:`OperationDefinition`,operation:`query`,name:void 0,variableDefinitions:void 0,directives:void 0,selectionSet:de()})}else{var n=ne();switch(n){case`fragment`:e.push(pe(t));break;case`query`:case`mutation`:case`subscription`:var r,i=void 0;(r=x.charCodeAt(S))!==40&&r!==64&&r!==123&&(i=re());var a={kind:`OperationDefinition`,operation:n,name:i,variableDefinitions:fe(),directives:ce(!1),selectionSet:ue()};t&&(a.description=t),e.push(a);break;default:throw C(`Document`)}}}while(S<x.length);return e}function he(e,t){return x=e.body?e.body:e,S=0,T(),t&&t.noLocation?{kind:`Document`,definitions:me()}:{kind:`Document`,definitions:me(),loc:{start:0,end:x.length,startToken:void 0,endToken:void 0,source:{body:x,name:`graphql.web`,locationOffset:{line:1,column:1}}}}}function ge(e,t,n){for(var r=``,i=0;i<e.length;i++)i&&(r+=t),r+=n(e[i]);return r}function _e(e){return JSON.stringify(e)}function ve(e){return`"""
`+e.replace(/"""/g,`\\"""`)+`
"""`}var ye=`
`,be={OperationDefinition(e){var t=``;e.description&&(t+=be.StringValue(e.description)+`
`),t+=e.operation,e.name&&(t+=` `+e.name.value),e.variableDefinitions&&e.variableDefinitions.length&&(e.name||(t+=` `),t+=`(`+ge(e.variableDefinitions,`, `,be.VariableDefinition)+`)`),e.directives&&e.directives.length&&(t+=` `+ge(e.directives,` `,be.Directive));var n=be.SelectionSet(e.selectionSet);return t===`query`?n:t+` `+n},VariableDefinition(e){var t=``;return e.description&&(t+=be.StringValue(e.description)+` `),t+=be.Variable(e.variable)+`: `+xe(e.type),e.defaultValue&&(t+=` = `+xe(e.defaultValue)),e.directives&&e.directives.length&&(t+=` `+ge(e.directives,` `,be.Directive)),t},Field(e){var t=e.alias?e.alias.value+`: `+e.name.value:e.name.value;if(e.arguments&&e.arguments.length){var n=ge(e.arguments,`, `,be.Argument);t.length+n.length+2>80?t+=`(`+(ye+=`  `)+ge(e.arguments,ye,be.Argument)+(ye=ye.slice(0,-2))+`)`:t+=`(`+n+`)`}return e.directives&&e.directives.length&&(t+=` `+ge(e.directives,` `,be.Directive)),e.selectionSet&&e.selectionSet.selections.length&&(t+=` `+be.SelectionSet(e.selectionSet)),t},StringValue(e){return e.block?ve(e.value).replace(/\n/g,ye):_e(e.value)},BooleanValue:e=>``+e.value,NullValue:e=>`null`,IntValue:e=>e.value,FloatValue:e=>e.value,EnumValue:e=>e.value,Name:e=>e.value,Variable:e=>`$`+e.name.value,ListValue:e=>`[`+ge(e.values,`, `,xe)+`]`,ObjectValue:e=>`{`+ge(e.fields,`, `,be.ObjectField)+`}`,ObjectField:e=>e.name.value+`: `+xe(e.value),Document(e){return!e.definitions||!e.definitions.length?``:ge(e.definitions,`

`,xe)},SelectionSet:e=>`{`+(ye+=`  `)+ge(e.selections,ye,xe)+(ye=ye.slice(0,-2))+`}`,Argument:e=>e.name.value+`: `+xe(e.value),FragmentSpread(e){var t=`...`+e.name.value;return e.directives&&e.directives.length&&(t+=` `+ge(e.directives,` `,be.Directive)),t},InlineFragment(e){var t=`...`;return e.typeCondition&&(t+=` on `+e.typeCondition.name.value),e.directives&&e.directives.length&&(t+=` `+ge(e.directives,` `,be.Directive)),t+=` `+be.SelectionSet(e.selectionSet)},FragmentDefinition(e){var t=``;return e.description&&(t+=be.StringValue(e.description)+`
`),t+=`fragment `+e.name.value,t+=` on `+e.typeCondition.name.value,e.directives&&e.directives.length&&(t+=` `+ge(e.directives,` `,be.Directive)),t+` `+be.SelectionSet(e.selectionSet)},Directive(e){var t=`@`+e.name.value;return e.arguments&&e.arguments.length&&(t+=`(`+ge(e.arguments,`, `,be.Argument)+`)`),t},NamedType:e=>e.name.value,ListType:e=>`[`+xe(e.type)+`]`,NonNullType:e=>xe(e.type)+`!`},xe=e=>be[e.kind](e);function Se(e){return ye=`
`,be[e.kind]?be[e.kind](e):``}function Ce(e,t){switch(e.kind){case`NullValue`:return null;case`IntValue`:return parseInt(e.value,10);case`FloatValue`:return parseFloat(e.value);case`StringValue`:case`EnumValue`:case`BooleanValue`:return e.value;case`ListValue`:for(var n=[],r=0,i=e.values.length;r<i;r++)n.push(Ce(e.values[r],t));return n;case`ObjectValue`:for(var a=Object.create(null),o=0,s=e.fields.length;o<s;o++){var c=e.fields[o];a[c.name.value]=Ce(c.value,t)}return a;case`Variable`:return t&&t[e.name.value]}}var we=()=>{},E=we;function D(e){return{tag:0,0:e}}function Te(e){return{tag:1,0:e}}var Ee=()=>typeof Symbol==`function`&&Symbol.asyncIterator||`@@asyncIterator`,De=e=>e;function O(e){return t=>n=>{var r=E;t((t=>{t===0?n(0):t.tag===0?(r=t[0],n(t)):e(t[0])?n(t):r(0)}))}}function Oe(e){return t=>n=>t((t=>{t===0||t.tag===0?n(t):n(Te(e(t[0])))}))}function k(e){return t=>n=>{var r=[],i=E,a=!1,o=!1;t((t=>{o||(t===0?(o=!0,r.length||n(0)):t.tag===0?i=t[0]:(a=!1,(function(e){var t=E;e((e=>{if(e===0){if(r.length){var s=r.indexOf(t);s>-1&&(r=r.slice()).splice(s,1),r.length||(o?n(0):a||(a=!0,i(0)))}}else e.tag===0?(r.push(t=e[0]),t(0)):r.length&&(n(e),t(0))}))})(e(t[0])),a||(a=!0,i(0))))})),n(D((e=>{if(e===1){o||(o=!0,i(1));for(var t=0,n=r,s=r.length;t<s;t++)n[t](1);r.length=0}else{!o&&!a?(a=!0,i(0)):a=!1;for(var c=0,l=r,u=r.length;c<u;c++)l[c](0)}})))}}function ke(e){return k(De)(e)}function Ae(e){return ke(He(e))}function je(e){return t=>n=>{var r=!1;t((t=>{if(!r){if(t===0)r=!0,n(0),e();else if(t.tag===0){var i=t[0];n(D((t=>{t===1?(r=!0,i(1),e()):i(t)})))}else n(t)}}))}}function Me(e){return t=>n=>{var r=!1;t((t=>{if(!r){if(t===0)r=!0,n(0);else if(t.tag===0){var i=t[0];n(D((e=>{e===1&&(r=!0),i(e)})))}else e(t[0]),n(t)}}))}}function Ne(e){return t=>n=>t((t=>{t===0?n(0):t.tag===0?(n(t),e()):n(t)}))}function Pe(e){var t=[],n=E,r=!1;return i=>{t.push(i),t.length===1&&e((e=>{if(e===0){for(var i=0,a=t,o=t.length;i<o;i++)a[i](0);t.length=0}else if(e.tag===0)n=e[0];else{r=!1;for(var s=0,c=t,l=t.length;s<l;s++)c[s](e)}})),i(D((e=>{if(e===1){var a=t.indexOf(i);a>-1&&(t=t.slice()).splice(a,1),t.length||n(1)}else r||(r=!0,n(0))})))}}function Fe(e){return t=>n=>{var r=E,i=E,a=!1,o=!1,s=!1,c=!1;t((t=>{c||(t===0?(c=!0,s||n(0)):t.tag===0?r=t[0]:(s&&(i(1),i=E),a?a=!1:(a=!0,r(0)),(function(e){s=!0,e((e=>{s&&(e===0?(s=!1,c?n(0):a||(a=!0,r(0))):e.tag===0?(o=!1,(i=e[0])(0)):(n(e),o?o=!1:i(0)))}))})(e(t[0]))))})),n(D((e=>{e===1?(c||(c=!0,r(1)),s&&(s=!1,i(1))):(!c&&!a&&(a=!0,r(0)),s&&!o&&(o=!0,i(0)))})))}}function Ie(e){return t=>n=>{var r=E,i=!1,a=0;t((t=>{i||(t===0?(i=!0,n(0)):t.tag===0?e<=0?(i=!0,n(0),t[0](1)):r=t[0]:a++<e?(n(t),!i&&a>=e&&(i=!0,n(0),r(1))):n(t))})),n(D((t=>{t===1&&!i?(i=!0,r(1)):t===0&&!i&&a<e&&r(0)})))}}function Le(e){return t=>n=>{var r=E,i=E,a=!1;t((t=>{a||(t===0?(a=!0,i(1),n(0)):t.tag===0?(r=t[0],e((e=>{e===0||(e.tag===0?(i=e[0])(0):(a=!0,i(1),r(1),n(0)))}))):n(t))})),n(D((e=>{e===1&&!a?(a=!0,r(1),i(1)):a||r(0)})))}}function Re(e,t){return n=>r=>{var i=E,a=!1;n((n=>{a||(n===0?(a=!0,r(0)):n.tag===0?(i=n[0],r(n)):e(n[0])?r(n):(a=!0,t&&r(n),r(0),i(1)))}))}}function ze(e){return t=>e()(t)}function Be(e){return t=>{var n=e[Ee()]&&e[Ee()]()||e,r=!1,i=!1,a=!1,o;t(D((async e=>{if(e===1)r=!0,n.return&&n.return();else if(i)a=!0;else{for(a=i=!0;a&&!r;)if((o=await n.next()).done)r=!0,n.return&&await n.return(),t(0);else try{a=!1,t(Te(o.value))}catch(e){if(n.throw)(r=!!(await n.throw(e)).done)&&t(0);else throw e}i=!1}})))}}function Ve(e){return e[Ee()]?Be(e):t=>{var n=e[Symbol.iterator](),r=!1,i=!1,a=!1,o;t(D((e=>{if(e===1)r=!0,n.return&&n.return();else if(i)a=!0;else{for(a=i=!0;a&&!r;)if((o=n.next()).done)r=!0,n.return&&n.return(),t(0);else try{a=!1,t(Te(o.value))}catch(e){if(n.throw)(r=!!n.throw(e).done)&&t(0);else throw e}i=!1}})))}}var He=Ve;function Ue(e){return t=>{var n=!1;t(D((r=>{r===1?n=!0:n||(n=!0,t(Te(e)),t(0))})))}}function We(e){return t=>{var n=!1,r=e({next(e){n||t(Te(e))},complete(){n||(n=!0,t(0))}});t(D((e=>{e===1&&!n&&(n=!0,r())})))}}function Ge(){var e,t;return{source:Pe(We((n=>(e=n.next,t=n.complete,we)))),next(t){e&&e(t)},complete(){t&&t()}}}var Ke=e=>{var t=!1;e(D((n=>{n===1?t=!0:t||(t=!0,e(0))})))};function qe(e){return t=>{var n=E,r=!1;return t((t=>{t===0?r=!0:t.tag===0?(n=t[0])(0):r||(e(t[0]),n(0))})),{unsubscribe(){r||(r=!0,n(1))}}}}function Je(e){qe((e=>{}))(e)}function Ye(e){return new Promise((t=>{var n=E,r;e((e=>{e===0?Promise.resolve(r).then(t):e.tag===0?(n=e[0])(0):(r=e[0],n(0))}))}))}var Xe=e=>e&&typeof e.message==`string`&&(e.extensions||e.name===`GraphQLError`)?e:typeof e==`object`&&typeof e.message==`string`?new b(e.message,e.nodes,e.source,e.positions,e.path,e,e.extensions||{}):new b(e),Ze=class extends Error{constructor(e){var t=(e.graphQLErrors||[]).map(Xe),n=((e,t)=>{var n=``;if(e)return`[Network] ${e.message}`;if(t)for(var r=0,i=t.length;r<i;r++)n&&(n+=`
`),n+=`[GraphQL] ${t[r].message}`;return n})(e.networkError,t);super(n),this.name=`CombinedError`,this.message=n,this.graphQLErrors=t,this.networkError=e.networkError,this.response=e.response}toString(){return this.message}},Qe=(e,t)=>{for(var n=0|(t||5381),r=0,i=0|e.length;r<i;r++)n=(n<<5)+n+e.charCodeAt(r);return n},$e=new Set,et=new WeakMap,tt=(e,t)=>{if(e===null||$e.has(e))return`null`;if(typeof e!=`object`)return JSON.stringify(e)||``;if(e.toJSON)return tt(e.toJSON(),t);if(Array.isArray(e)){for(var n=`[`,r=0,i=e.length;r<i;r++)n.length>1&&(n+=`,`),n+=tt(e[r],t)||`null`;return n+=`]`}if(!t&&(at!==it&&e instanceof at||ot!==it&&e instanceof ot))return`null`;var a=Object.keys(e).sort();if(!a.length&&e.constructor&&Object.getPrototypeOf(e).constructor!==Object.prototype.constructor){var o=et.get(e)||Math.random().toString(36).slice(2);return et.set(e,o),tt({__key:o},t)}$e.add(e);for(var s=`{`,c=0,l=a.length;c<l;c++){var u=tt(e[a[c]],t);u&&(s.length>1&&(s+=`,`),s+=tt(a[c],t)+`:`+u)}return $e.delete(e),s+=`}`},nt=(e,t,n)=>{if(!(typeof n!=`object`||!n||n.toJSON||$e.has(n))){if(Array.isArray(n))for(var r=0,i=n.length;r<i;r++)nt(e,`${t}.${r}`,n[r]);else if(n instanceof at||n instanceof ot)e.set(t,n);else for(var a in $e.add(n),n)nt(e,`${t}.${a}`,n[a])}},rt=(e,t)=>($e.clear(),tt(e,t||!1)),it=class{},at=typeof File<`u`?File:it,ot=typeof Blob<`u`?Blob:it,st=/("{3}[\s\S]*"{3}|"(?:\\.|[^"])*")/g,ct=/(?:#[^\n\r]+)?(?:[\r\n]+|$)/g,lt=(e,t)=>t%2==0?e.replace(ct,`
`):e,ut=e=>e.split(st).map(lt).join(``).trim(),dt=new Map,ft=new Map,pt=e=>{var t;return typeof e==`string`?t=ut(e):e.loc&&ft.get(e.__key)===e?t=e.loc.source.body:(t=dt.get(e)||ut(Se(e)),dt.set(e,t)),typeof e!=`string`&&!e.loc&&(e.loc={start:0,end:t.length,source:{body:t,name:`gql`,locationOffset:{line:1,column:1}}}),t},mt=e=>{var t;if(e.documentId)t=Qe(e.documentId);else if(t=Qe(pt(e)),e.definitions){var n=_t(e);n&&(t=Qe(`\n# ${n}`,t))}return t},ht=e=>{var t,n;return typeof e==`string`?(t=mt(e),n=ft.get(t)||he(e,{noLocation:!0})):(t=e.__key||mt(e),n=ft.get(t)||e),n.loc||pt(n),n.__key=t,ft.set(t,n),n},gt=(e,t,n)=>{var r=t||{},i=ht(e),a=rt(r,!0),o=i.__key;return a!==`{}`&&(o=Qe(a,o)),{key:o,query:i,variables:r,extensions:n}},_t=e=>{for(var t=0,n=e.definitions.length;t<n;t++){var r=e.definitions[t];if(r.kind===y.OPERATION_DEFINITION)return r.name?r.name.value:void 0}},vt=(e,t,n)=>{var r=t.payload||t;if(!(`data`in r||`errors`in r&&Array.isArray(r.errors)))throw Error(`No Content`);var i=e.kind===`subscription`;return{operation:e,data:r.data,error:Array.isArray(r.errors)?new Ze({graphQLErrors:r.errors,response:n}):void 0,extensions:r.extensions?{...r.extensions}:void 0,hasNext:t.hasNext==null?i:t.hasNext,stale:!1}},yt=(e,t)=>{if(typeof e==`object`&&e){if(Array.isArray(e)){e=[...e];for(var n=0,r=t.length;n<r;n++)e[n]=yt(e[n],t[n]);return e}if(!e.constructor||e.constructor===Object){for(var i in e={...e},t)e[i]=yt(e[i],t[i]);return e}}return t},bt=(e,t,n,r)=>{var i=e.error?e.error.graphQLErrors:[],a=!!e.extensions||!!(t.payload||t).extensions,o={...e.extensions,...(t.payload||t).extensions},s=t.incremental;`path`in t&&(s=[t]);var c={data:e.data};if(s)for(var l=function(){var e=s[u];Array.isArray(e.errors)&&i.push(...e.errors),e.extensions&&(Object.assign(o,e.extensions),a=!0);var t=`data`,n=c,l=[];if(e.path)l=e.path;else if(r){var d=r.find((t=>t.id===e.id));l=e.subPath?[...d.path,...e.subPath]:d.path}for(var f=0,p=l.length;f<p;t=l[f++])n=n[t]=Array.isArray(n[t])?[...n[t]]:{...n[t]};if(e.items)for(var m=+t>=0?t:0,h=0,g=e.items.length;h<g;h++)n[m+h]=yt(n[m+h],e.items[h]);else e.data!==void 0&&(n[t]=yt(n[t],e.data))},u=0,d=s.length;u<d;u++)l();else c.data=(t.payload||t).data||e.data,i=t.errors||t.payload&&t.payload.errors||i;return{operation:e.operation,data:c.data,error:i.length?new Ze({graphQLErrors:i,response:n}):void 0,extensions:a?o:void 0,hasNext:t.hasNext==null?e.hasNext:t.hasNext,stale:!1}},xt=(e,t,n)=>({operation:e,data:void 0,error:new Ze({networkError:t,response:n}),extensions:void 0,hasNext:!1,stale:!1});function St(e){var t={query:void 0,documentId:void 0,operationName:_t(e.query),variables:e.variables||void 0,extensions:e.extensions};return`documentId`in e.query&&e.query.documentId&&(!e.query.definitions||!e.query.definitions.length)?t.documentId=e.query.documentId:e.extensions&&e.extensions.persistedQuery&&!e.extensions.persistedQuery.miss||(t.query=pt(e.query)),t}var Ct=(e,t)=>{var n=e.kind===`query`&&e.context.preferGetMethod;if(!n||!t)return e.context.url;var r=wt(e.context.url);for(var i in t){var a=t[i];a&&r[1].set(i,typeof a==`object`?rt(a):a)}var o=r.join(`?`);return o.length>2047&&n!==`force`?(e.context.preferGetMethod=!1,e.context.url):o},wt=e=>{var t=e.indexOf(`?`);return t>-1?[e.slice(0,t),new URLSearchParams(e.slice(t+1))]:[e,new URLSearchParams]},Tt=(e,t)=>{if(t&&!(e.kind===`query`&&e.context.preferGetMethod)){var n=rt(t),r=(e=>{var t=new Map;return(at!==it||ot!==it)&&($e.clear(),nt(t,`variables`,e)),t})(t.variables);if(r.size){var i=new FormData;i.append(`operations`,n),i.append(`map`,rt({...[...r.keys()].map((e=>[e]))}));var a=0;for(var o of r.values())i.append(``+a++,o);return i}return n}},Et=(e,t)=>{var n={accept:e.kind===`subscription`?`text/event-stream, multipart/mixed`:`application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed`},r=(typeof e.context.fetchOptions==`function`?e.context.fetchOptions():e.context.fetchOptions)||{};if(r.headers){if((e=>`has`in e&&!Object.keys(e).length)(r.headers))r.headers.forEach(((e,t)=>{n[t]=e}));else if(Array.isArray(r.headers))r.headers.forEach(((e,t)=>{Array.isArray(e)?n[e[0]]?n[e[0]]=`${n[e[0]]},${e[1]}`:n[e[0]]=e[1]:n[t]=e}));else for(var i in r.headers)n[i.toLowerCase()]=r.headers[i]}var a=Tt(e,t);return typeof a==`string`&&!n[`content-type`]&&(n[`content-type`]=`application/json`),{...r,method:a?`POST`:`GET`,body:a,headers:n}},Dt=/boundary="?([^=";]+)"?/i,Ot=/data: ?([^\n]+)/;async function*kt(e){if(e.body[Symbol.asyncIterator])for await(var t of e.body)yield t;else{var n=e.body.getReader(),r;try{for(;!(r=await n.read()).done;)yield r.value}finally{n.cancel()}}}async function*At(e,t){var n=typeof TextDecoder<`u`?new TextDecoder:null,r=``,i;for await(var a of e)for(r+=a.constructor.name===`Buffer`?a.toString():n.decode(a,{stream:!0});(i=r.indexOf(t))>-1;)yield r.slice(0,i),r=r.slice(i+t.length)}async function*jt(e,t,n){var r=!0,i=null,a;try{yield await Promise.resolve();var o=(a=await(e.context.fetch||fetch)(t,n)).headers.get(`Content-Type`)||``,s=/multipart\/mixed/i.test(o)?async function*(e,t){var n=e.match(Dt),r=`--`+(n?n[1]:`-`),i=!0,a;for await(var o of At(kt(t),`\r
`+r)){if(i){i=!1;var s=o.indexOf(r);if(s>-1)o=o.slice(s+r.length);else continue}try{yield a=JSON.parse(o.slice(o.indexOf(`\r
\r
`)+4))}catch(e){if(!a)throw e}if(a&&!1===a.hasNext)break}a&&!1!==a.hasNext&&(yield{hasNext:!1})}(o,a):/text\/event-stream/i.test(o)?async function*(e){var t;for await(var n of At(kt(e),`

`)){var r=n.match(Ot);if(r){var i=r[1];try{yield t=JSON.parse(i)}catch(e){if(!t)throw e}if(t&&!1===t.hasNext)break}}t&&!1!==t.hasNext&&(yield{hasNext:!1})}(a):/text\//i.test(o)?async function*(e){var t=await e.text();try{yield JSON.parse(t)}catch{throw Error(t)}}(a):async function*(e){yield JSON.parse(await e.text())}(a),c;for await(var l of s)l.pending&&!i?c=l.pending:l.pending&&(c=[...c,...l.pending]),i=i?bt(i,l,a,c):vt(e,l,a),r=!1,yield i,r=!0;i||(yield i=vt(e,{},a))}catch(t){if(!r)throw t;yield xt(e,a&&(a.status<200||a.status>=300)&&a.statusText?Error(a.statusText):t,a)}}function Mt(e,t,n){var r;return typeof AbortController<`u`&&(n.signal=(r=new AbortController).signal),je((()=>{r&&r.abort()}))(O((e=>!!e))(Be(jt(e,t,n))))}var Nt=e=>{if(`definitions`in e){for(var t=[],n=0,r=e.definitions.length;n<r;n++){var i=Nt(e.definitions[n]);t.push(i)}return{...e,definitions:t}}if(`directives`in e&&e.directives&&e.directives.length){for(var a=[],o={},s=0,c=e.directives.length;s<c;s++){var l=e.directives[s],u=l.name.value;u[0]===`_`?u=u.slice(1):a.push(l),o[u]=l}e={...e,directives:a,_directives:o}}if(`selectionSet`in e){var d=[],f=e.kind===y.OPERATION_DEFINITION;if(e.selectionSet){for(var p=0,m=e.selectionSet.selections.length;p<m;p++){var h=e.selectionSet.selections[p];f||=h.kind===y.FIELD&&h.name.value===`__typename`&&!h.alias;var g=Nt(h);d.push(g)}return f||d.push({kind:y.FIELD,name:{kind:y.NAME,value:`__typename`},_generated:!0}),{...e,selectionSet:{...e.selectionSet,selections:d}}}}return e},Pt=new Map,Ft=e=>{var t=ht(e),n=Pt.get(t.__key);return n||(Pt.set(t.__key,n=Nt(t)),Object.defineProperty(n,"__key",{value:t.__key,enumerable:!1})),n};function It(e){var t=t=>e(t);return t.toPromise=()=>Ye(Ie(1)(O((e=>!e.stale&&!e.hasNext))(t))),t.then=(e,n)=>t.toPromise().then(e,n),t.subscribe=e=>qe(e)(t),t}function Lt(e,t,n){return{...t,kind:e,context:t.context?{...t.context,...n}:n||t.context}}var Rt=()=>{},zt=({forwardSubscription:e,enableAllOperations:t,isSubscriptionOperation:n})=>({client:r,forward:i})=>{var a=n||(e=>e.kind===`subscription`||!!t&&(e.kind===`query`||e.kind===`mutation`));return t=>Ae([k((n=>{var{key:i}=n;return Le(O((e=>e.kind===`teardown`&&e.key===i))(t))((t=>{var n=e(St(t),t);return We((e=>{var i=!1,a,o;function s(n){e.next(o=o?bt(o,n):vt(t,n))}return Promise.resolve().then((()=>{i||(a=n.subscribe({next:s,error(n){Array.isArray(n)?s({errors:n}):e.next(xt(t,n)),e.complete()},complete(){i||(i=!0,o&&o.hasNext?s({hasNext:!1}):t.kind===`subscription`&&r.reexecuteOperation(Lt(`teardown`,t,t.context)),e.complete())}}))})),()=>{i=!0,a&&a.unsubscribe()}}))})(n))}))(O((e=>e.kind!==`teardown`&&a(e)))(t)),i(O((e=>e.kind===`teardown`||!a(e)))(t))])},Bt=({forward:e,dispatchDebug:t})=>t=>Ae([k((e=>{var n=St(e),r=Ct(e,n),i=Et(e,n);return Le(O((t=>t.kind===`teardown`&&t.key===e.key))(t))(Mt(e,r,i))}))(O((e=>e.kind!==`teardown`&&(e.kind!==`subscription`||!!e.context.fetchSubscriptions)))(t)),e(O((e=>e.kind===`teardown`||e.kind===`subscription`&&!e.context.fetchSubscriptions))(t))]),Vt=e=>({client:t,forward:n,dispatchDebug:r})=>e.reduceRight(((e,n)=>n({client:t,forward(t){return Pe(e(Pe(t)))},dispatchDebug(e){}})),n),Ht=({dispatchDebug:e})=>e=>O((e=>!1))(e),Ut=function e(t){var n=0,r=new Map,i=new Map,a=new Set,o=[],s={url:t.url,fetchSubscriptions:t.fetchSubscriptions,fetchOptions:t.fetchOptions,fetch:t.fetch,preferGetMethod:t.preferGetMethod==null?`within-url-limit`:t.preferGetMethod,requestPolicy:t.requestPolicy||`cache-first`},c=Ge();function l(e){e.kind!==`mutation`&&e.kind!==`teardown`&&a.has(e.key)||(e.kind===`teardown`?a.delete(e.key):e.kind!==`mutation`&&a.add(e.key),c.next(e))}var u=!1;function d(e){if(e&&l(e),!u){for(u=!0;u&&(e=o.shift());)l(e);u=!1}}var f=e=>{var t=Le(O((t=>t.kind===`teardown`&&t.key===e.key))(c.source))(O((t=>t.operation.kind===e.kind&&t.operation.key===e.key&&(!t.operation.context._instance||t.operation.context._instance===e.context._instance)))(g));return t=e.kind===`query`?Fe((t=>{var n=Ue(t);return t.stale||t.hasNext?n:Ae([n,Oe((()=>(t.stale=!0,t)))(Ie(1)(O((t=>t.key===e.key))(c.source)))])}))(t):Re((e=>!!e.hasNext),!0)(t),t=e.kind===`mutation`?Ne((()=>{l(e)}))(t):je((()=>{a.delete(e.key),r.delete(e.key),i.delete(e.key),u=!1;for(var t=o.length-1;t>=0;t--)o[t].key===e.key&&o.splice(t,1);l(Lt(`teardown`,e,e.context))}))(Me((t=>{if(t.stale){if(!t.hasNext)a.delete(e.key);else for(var n=0;n<o.length;n++){var i=o[n];if(i.key===t.operation.key){a.delete(i.key);break}}}else t.hasNext||a.delete(e.key);r.set(e.key,t)}))(t)),Pe(t)},p=this instanceof e?this:Object.create(e.prototype),m=Object.assign(p,{suspense:!!t.suspense,operations$:c.source,reexecuteOperation(e){if(e.kind===`teardown`)d(e);else if(e.kind===`mutation`)o.push(e),Promise.resolve().then(d);else if(i.has(e.key)){for(var t=!1,n=0;n<o.length;n++)o[n].key===e.key&&(o[n]=e,t=!0);t||a.has(e.key)&&e.context.requestPolicy!==`network-only`?(a.delete(e.key),Promise.resolve().then(d)):(o.push(e),Promise.resolve().then(d))}},createRequestOperation(e,t,r){return r||={},Lt(e,t,{_instance:e===`mutation`?n=n+1|0:void 0,...s,...r,requestPolicy:r.requestPolicy||s.requestPolicy,suspense:r.suspense||!1!==r.suspense&&m.suspense})},executeRequestOperation(e){return e.kind===`mutation`?It(f(e)):It(ze((()=>{var t=i.get(e.key);t||i.set(e.key,t=f(e)),t=Ne((()=>{d(e)}))(t);var n=r.get(e.key);return e.kind===`query`&&n&&(n.stale||n.hasNext)?Fe(Ue)(Ae([t,O((t=>t===r.get(e.key)))(Ue(n))])):t})))},executeQuery(e,t){var n=m.createRequestOperation(`query`,e,t);return m.executeRequestOperation(n)},executeSubscription(e,t){var n=m.createRequestOperation(`subscription`,e,t);return m.executeRequestOperation(n)},executeMutation(e,t){var n=m.createRequestOperation(`mutation`,e,t);return m.executeRequestOperation(n)},readQuery(e,t,n){var r=null;return qe((e=>{r=e}))(m.query(e,t,n)).unsubscribe(),r},query:(e,t,n)=>m.executeQuery(gt(e,t),n),subscription:(e,t,n)=>m.executeSubscription(gt(e,t),n),mutation:(e,t,n)=>m.executeMutation(gt(e,t),n)}),h=Rt,g=Pe(Vt(t.exchanges)({client:m,dispatchDebug:h,forward:Ht({dispatchDebug:h})})(c.source));return Je(g),m},Wt=`
https://bit.ly/2XbVrpR#`;function Gt(e,t,n){if(!e){var r=t||`Minfied Error #`+n+`
`,i=Error(r+Wt+n);throw i.name=`Graphcache Error`,i}}var Kt={},qt=e=>e._directives||Kt,Jt=e=>e.name.value,Yt=e=>e.typeCondition.name.value,Xt=e=>e.alias?e.alias.value:e.name.value,Zt=[],Qt=e=>e.selectionSet?e.selectionSet.selections:Zt,$t=e=>e.typeCondition?e.typeCondition.name.value:null,en=(e,t)=>{var n=null;if(e.arguments)for(var r=0,i=e.arguments.length;r<i;r++){var a=e.arguments[r],o=Ce(a.value,t);o!=null&&(n||={},n[Jt(a)]=o)}return n},A=(e,t)=>{if(t&&e.variableDefinitions){for(var n={},r=0,i=e.variableDefinitions.length;r<i;r++){var a=Jt(e.variableDefinitions[r].variable);n[a]=t[a]}return n}},tn=(e,t)=>{var n={};if(!t)return n;if(e.variableDefinitions)for(var r=0,i=e.variableDefinitions.length;r<i;r++){var a=e.variableDefinitions[r],o=Jt(a.variable);n[o]=t[o]===void 0&&a.defaultValue?Ce(a.defaultValue,t):t[o]}for(var s in t)s in n||(n[s]=t[s]);return n};function nn(e){for(var t=0;t<e.definitions.length;t++)if(e.definitions[t].kind===y.OPERATION_DEFINITION)return e.definitions[t];Gt(!1,``,1)}var rn=e=>{for(var t={},n=0;n<e.definitions.length;n++){var r=e.definitions[n];r.kind===y.FRAGMENT_DEFINITION&&(t[Jt(r)]=r)}return t},an=(e,t)=>{var n=qt(e);if(n.include||n.skip)for(var r in n){var i=n[r];if(i&&(r===`include`||r===`skip`)&&i.arguments&&i.arguments[0]&&Jt(i.arguments[0])===`if`){var a=Ce(i.arguments[0].value,t);return r===`include`?!!a:!a}}return!0},on=(e,t)=>{var{defer:n}=qt(e);if(n){for(var r of n.arguments||[])if(Jt(r)===`if`)return!!Ce(r.value,t);return!0}return!1},sn=e=>{var{optional:t,required:n}=qt(e);if(n)return!1;if(t)return!0},cn=`__`,ln=(e,t,n,r)=>{var i=fn(e,t,n,r);return!!i&&i.type.kind!==`NON_NULL`},un=(e,t,n,r)=>{var i=fn(e,t,n,r);if(!i)return!1;var a=i.type.kind===`NON_NULL`?i.type.ofType:i.type;return a.kind===`LIST`&&a.ofType.kind!==`NON_NULL`},dn=(e,t,n)=>{if(!n)return!1;var r=$t(t);return!r||n===r?!0:e.types.has(r)&&e.types.get(r).kind===`OBJECT`?r===n:((function(e,t){Gt(e.types.has(t)&&(e.types.get(t).kind===`INTERFACE`||e.types.get(t).kind===`UNION`),``,5)})(e,r),pn(e,n),e.isSubType(r,n))},fn=(e,t,n,r)=>{if(n.indexOf(cn)!==0&&t.indexOf(cn)!==0)return pn(e,t),e.types.get(t).fields()[n]};function pn(e,t){Gt(e.types.has(t)&&e.types.get(t).kind===`OBJECT`,``,3)}var mn=(e,t)=>t?`${e}(${rt(t)})`:e,hn=(e,t)=>`${e}.${t}`,gn=e=>{var t=e.indexOf(`(`);return t>-1?{fieldKey:e,fieldName:e.slice(0,t),arguments:JSON.parse(e.slice(t+1,-1))}:{fieldKey:e,fieldName:e,arguments:null}},_n=e=>{var t=e.indexOf(`.`);return{entityKey:e.slice(0,t).replace(/%2e/g,`.`),fieldKey:e.slice(t+1)}},vn=null,yn=null,j=null,bn=null,xn=null,Sn=null,Cn=!1,wn=!1;function Tn(e,t){var n;if(e){if(vn.has(e))return e;n=yn.get(e)}return n??=t?[]:{},e&&yn.set(e,n),vn.add(n),n}var En=e=>!!e&&vn.has(e),Dn=(e,t,n,r,i)=>{vn=new WeakSet,yn=new WeakMap,xn=e,j=t,Sn=new Set,wn=!!r,Cn=!!i,n?xn===`read`?bn=n:r||t.hydrating||t.optimisticOrder.length>1?(!r&&!t.commutativeKeys.has(n)?Kn(t,n):r&&(t.optimisticOrder.indexOf(n)!==-1&&!t.commutativeKeys.has(n)&&t.optimisticOrder.splice(t.optimisticOrder.indexOf(n),1),t.commutativeKeys.delete(n)),bn=n,qn(t,n)):(bn=null,Yn(t,n)):bn=null},On=()=>{var e=j,t=bn;if(wn=!1,bn=null,!e.hydrating&&t&&e.optimisticOrder.indexOf(t)>-1)for(var n=e.optimisticOrder.length;--n>=0&&e.dirtyKeys.has(e.optimisticOrder[n])&&e.commutativeKeys.has(e.optimisticOrder[n]);)Xn(e.optimisticOrder[n]);vn=null,yn=null,xn=null,j=null,Sn=null,e.defer||!e.storage&&e.optimisticOrder.length||(e.defer=!0,setTimeout((()=>{Dn(`read`,e,null),Ln(),Qn(),On(),e.defer=!1})))},kn=(e,t,n)=>{t&&!n&&e.deferredKeys.delete(t),Dn(`write`,e,t,n),On()},An=new Set,jn=(e,t,n,r)=>{var i=bn?e.optimistic.get(bn):e.base,a=i.get(t);a===void 0&&i.set(t,a=Object.create(null)),r===void 0&&!bn?delete a[n]:a[n]=r},Mn=(e,t,n)=>{for(var r,i=!wn&&xn===`read`&&bn&&j.commutativeKeys.has(bn),a=0,o=j.optimisticOrder.length;a<o;a++){var s=j.optimisticOrder[a],c=e.optimistic.get(s);if(i&&=s!==bn,c&&(!i||!j.commutativeKeys.has(s))&&(!wn||xn===`write`||j.commutativeKeys.has(s))&&(r=c.get(t))!==void 0&&n in r)return r[n]}return(r=e.base.get(t))===void 0?void 0:r[n]};function Nn(e){return j.refCount.get(e)||0}var Pn=(e,t)=>{if(Array.isArray(e))for(var n=0,r=e.length;n<r;n++)Pn(e[n],t);else typeof e==`string`&&((e,t)=>{var n=Nn(e),r=n+t>0?n+t:0;j.refCount.set(e,r),r?!n&&r&&j.gc.delete(e):j.gc.add(e)})(e,t)},Fn=(e,t,n)=>{if(n!==void 0)for(var r in n)t.has(r)||(e.push(gn(r)),t.add(r))},In=(e,t,n,r)=>{Fn(e,t,r.base.get(n));for(var i=0,a=j.optimisticOrder.length;i<a;i++){var o=r.optimistic.get(j.optimisticOrder[i]);o!==void 0&&Fn(e,t,o.get(n))}},Ln=()=>{if(!j.optimisticOrder.length){for(var e of j.gc.keys())if(j.gc.delete(e),!(Nn(e)>0)){var t=j.records.base.get(e);j.refCount.delete(e),j.records.base.delete(e);var n=t&&t.__typename;if(n){var r=j.types.get(n);r&&r.delete(e)}var i=j.links.base.get(e);if(i)for(var a in j.links.base.delete(e),i)Pn(i[a],-1)}}},Rn=(e,t)=>{e===j.queryRootKey?t!==void 0&&t!==`__typename`&&Sn.add(hn(e,t)):Sn.add(e)},zn=(e,t)=>{!wn&&j.storage&&j.persist.add(((e,t)=>`${e.replace(/\./g,`%2e`)}.${t}`)(e,t))},Bn=(e,t)=>(xn===`read`&&Rn(e,t),Mn(j.records,e,t)),Vn=(e,t)=>(xn===`read`&&Rn(e,t),Mn(j.links,e,t)),Hn=(e,t)=>{var n=j.abstractToConcreteMap.get(e);if(n)n.add(t);else{var r=new Set;r.add(t),j.abstractToConcreteMap.set(e,r)}},Un=(e,t,n)=>{$n(Mn(j.records,e,t),n)||(Rn(e,t),zn(e,t)),jn(j.records,e,t,n)},Wn=(e,t)=>Bn(e,t)!==void 0||Vn(e,t)!==void 0,Gn=(e,t,n)=>{var r=bn?j.links.optimistic.get(bn):j.links.base;if(!bn){var i=r&&r.get(e);Pn(i&&i[t],-1),Pn(n,1)}$n(Mn(j.links,e,t),n)||(Rn(e,t),zn(e,t)),jn(j.links,e,t,n)},Kn=(e,t,n)=>{var r=e.optimisticOrder.indexOf(t);if(r>-1&&e.optimisticOrder.splice(r,1),n)for(e.deferredKeys.add(t),r=r>-1?r:0;r<e.optimisticOrder.length&&!e.deferredKeys.has(e.optimisticOrder[r])&&(!e.dirtyKeys.has(e.optimisticOrder[r])||!e.commutativeKeys.has(e.optimisticOrder[r]));r++);else e.deferredKeys.delete(t),r>-1&&!e.commutativeKeys.has(t)&&Jn(e,t),r=0;e.optimisticOrder.splice(r,0,t),e.commutativeKeys.add(t)},qn=(e,t)=>{e.optimisticOrder.indexOf(t)===-1&&e.optimisticOrder.unshift(t),e.dirtyKeys.has(t)||(e.dirtyKeys.add(t),e.links.optimistic.set(t,new Map),e.records.optimistic.set(t,new Map))},Jn=(e,t)=>{e.dirtyKeys.has(t)&&(e.dirtyKeys.delete(t),e.records.optimistic.delete(t),e.links.optimistic.delete(t),e.deferredKeys.delete(t))},Yn=(e,t)=>{var n=e.optimisticOrder.indexOf(t);n>-1&&(e.optimisticOrder.splice(n,1),e.commutativeKeys.delete(t)),Jn(e,t)},Xn=e=>{var t=Sn;Sn=new Set,xn=`write`;var n=j.links.optimistic.get(e);if(n)for(var r of n.entries()){var i=r[0],a=r[1];for(var o in a)Gn(i,o,a[o])}var s=j.records.optimistic.get(e);if(s)for(var c of s.entries()){var l=c[0],u=c[1];for(var d in u)Un(l,d,u[d])}Sn=t,Yn(j,e)},Zn=e=>{var{links:t,records:n}=j,r=[],i=new Set;return Rn(e),In(r,i,e,t),In(r,i,e,n),r},Qn=()=>{if(j.storage){wn=!0,xn=`read`;var e={};for(var t of j.persist.keys()){var{entityKey:n,fieldKey:r}=_n(t),i=void 0;e[t]=(i=Vn(n,r))===void 0?(i=Bn(n,r))===void 0?void 0:rt(i):`:${rt(i)}`}wn=!1,j.storage.writeData(e),j.persist.clear()}};function $n(e,t){return typeof e!=typeof t||e!==t?!1:Array.isArray(e)&&Array.isArray(t)?e.length===t.length&&!e.some(((e,n)=>e!==t[n])):!0}var er=null,tr=!1,nr=void 0,rr=e=>e.__internal.path.length>0&&e.__internal.errorMap?e.__internal.errorMap[e.__internal.path.join(`.`)]:void 0,ir=(e,t,n,r,i,a)=>{var o={store:e,variables:t,fragments:n,parent:{__typename:r},parentTypeName:r,parentKey:i,parentFieldKey:``,fieldName:``,error:void 0,partial:!1,hasNext:!1,optimistic:wn,__internal:{path:[],errorMap:void 0}};if(a&&a.graphQLErrors)for(var s=0;s<a.graphQLErrors.length;s++){var c=a.graphQLErrors[s];c.path&&c.path.length&&(o.__internal.errorMap||(o.__internal.errorMap=Object.create(null)),o.__internal.errorMap[c.path.join(`.`)]=c)}return o},ar=(e,t,n,r,i,a)=>{er=e,e.parent=t,e.parentTypeName=n,e.parentKey=r,e.parentFieldKey=i,e.fieldName=a,e.error=rr(e)},or=(e,t,n,r,i)=>{if(!t)return!1;var a=$t(e);return!a||t===a||!Qt(e).some((e=>e.kind===y.FIELD&&!Wn(n,mn(Jt(e),en(e,r)))))},sr=class{constructor(e,t,n,r,i,a){this.typename=e,this.entityKey=t,this.ctx=a,this.stack=[{selectionSet:i,index:0,defer:n,optional:r}]}next(){for(;this.stack.length>0;){for(var e=this.stack[this.stack.length-1];e.index<e.selectionSet.length;){var t=e.selectionSet[e.index++];if(an(t,this.ctx.variables)){if(t.kind!==y.FIELD){var n=t.kind===y.INLINE_FRAGMENT?t:this.ctx.fragments[Jt(t)];if(n){var r=!n.typeCondition||(this.ctx.store.schema?dn(this.ctx.store.schema,n,this.typename):this.ctx.store.possibleTypeMap?cr(this.ctx.store.possibleTypeMap,n.typeCondition.name.value,this.typename):xn===`read`&&lr(n.typeCondition.name.value,this.typename)||or(n,this.typename,this.entityKey,this.ctx.variables,this.ctx.store.logger));if(r||xn===`write`&&!this.ctx.store.schema){var i=sn(t);r&&n.typeCondition&&this.typename!==n.typeCondition.name.value&&Hn(n.typeCondition.name.value,this.typename),this.stack.push(e={selectionSet:Qt(n),index:0,defer:e.defer||on(t,this.ctx.variables),optional:i===void 0?e.optional:i})}}}else if(xn===`write`||!t._generated)return tr=e.defer,nr=e.optional,t}}this.stack.pop()}}},cr=(e,t,n)=>{if(!n)return!1;if(t===n)return!0;var r=e.get(t);return r&&r.has(n)},lr=(e,t)=>{if(!t)return!1;if(e===t)return!0;if((e=>j.types.has(e))(e))return!1;var n=(e=>j.abstractToConcreteMap.get(e)||An)(e);return n.size&&n.has(t)},ur=e=>e??null,dr=(e,t)=>{if(!t)return t||null;if(Array.isArray(t)){for(var n=Array(t.length),r=0,i=n.length;r<i;r++)n[r]=dr(e,t[r]);return n}return e.keyOfEntity(t)},fr=(e,t,n,r)=>{var i=Ft(t.query),a=nn(i),o=e.rootFields[a.operation],s=Qt(a),c=ir(e,tn(a,t.variables),rn(i),o,o,r),l=o===c.store.rootFields.query?gr(c,o,s,n||Tn()):pr(c,o,s,n||Tn());return{dependencies:Sn,partial:c.partial||!l,hasNext:c.hasNext,data:l||null}},pr=(e,t,n,r)=>{if(typeof(e.store.rootNames[t]?t:r.__typename)!=`string`)return r;for(var i=new sr(t,t,!1,void 0,n,e),a,o=Cn,s=Tn(r);a=i.next();){var c=Xt(a),l=r[c];e.__internal.path.push(c);var u=void 0;u=a.selectionSet&&l!==null?mr(e,Qt(a),ur(l)):l,o||=u!==l,u!==void 0&&(s[c]=u),e.__internal.path.pop()}return o?s:r},mr=(e,t,n)=>{if(Array.isArray(n)){for(var r=Array(n.length),i=Cn,a=0,o=n.length;a<o;a++)e.__internal.path.push(a),r[a]=mr(e,t,n[a]),i||=r[a]!==n[a],e.__internal.path.pop();return i?r:n}if(n===null)return null;var s=e.store.keyOfEntity(n);return s===null?pr(e,n.__typename,t,n):gr(e,s,t,n)||null};function hr(e,t,n,r){var i=r.store.resolvers[t],a=i&&i[n],o;for(var s in e){var c=e[s];if(c&&s!==`include`&&s!==`skip`&&r.store.directives[s])return o=r.store.directives[s](en(c,r.variables)),o}return o||a}var gr=(e,t,n,r,i)=>{var{store:a}=e,o=t===a.rootFields.query,s=i&&a.keyOfEntity(i)||t,c=o?t:Bn(s,`__typename`)||i&&i.__typename;if(typeof c==`string`&&!(i&&c!==i.__typename)){for(var l=new sr(c,s,!1,void 0,n,e),u=!1,d=!1,f=Cn,p,m=e.partial,h=Tn(r);(p=l.next())!==void 0;){var g=Jt(p),_=en(p,e.variables),v=Xt(p),y=qt(p),b=hr(y,c,g,e),x=mn(g,_),S=hn(s,x),C=Bn(s,x),ee=i?i[g]:void 0;e.__internal.path.push(v);var w=void 0;if(g===`__typename`)w=c;else if(ee!==void 0&&p.selectionSet===void 0)w=ee;else if(xn===`read`&&b){var te=h;if(p.selectionSet===void 0&&C!==void 0&&(te={...h,[v]:C,[g]:C}),ar(e,te,c,s,x,g),w=b(te,_||{},a,e),p.selectionSet&&(w=_r(e,c,g,S,Qt(p),h[v]===void 0?r[v]:h[v],w,En(r))),a.schema&&w===null&&!ln(a.schema,c,g,e.store.logger))return}else if(!p.selectionSet)w=C;else if(ee!==void 0)w=_r(e,c,g,S,Qt(p),h[v]===void 0?r[v]:h[v],ee,En(r));else{var T=Vn(s,x);T===void 0?typeof C==`object`&&C&&(w=C):w=vr(e,T,c,g,Qt(p),h[v]===void 0?r[v]:h[v],En(r))}if(!tr&&w===void 0&&(y.optional||nr&&!y.required||rr(e)||!y.required&&a.schema&&ln(a.schema,c,g,e.store.logger))?(e.partial=!0,w=null):w===null&&(y.required||!1===nr)?(e.store.logger,w=void 0):u||=g!==`__typename`,e.__internal.path.pop(),f||=w!==r[v],w!==void 0)h[v]=w;else if(tr)d=!0;else{e.store.logger,e.partial=m;return}}return e.partial=e.partial||m,e.hasNext=e.hasNext||d,o&&e.partial&&!u?void 0:f?h:r}},_r=(e,t,n,r,i,a,o,s)=>{if(Array.isArray(o)){for(var{store:c}=e,l=c.schema?un(c.schema,t,n,e.store.logger):!1,u=e.partial,d=Tn(a,!0),f=Cn||!Array.isArray(a)||o.length!==a.length,p=0,m=o.length;p<m;p++){e.__internal.path.push(p);var h=_r(e,t,n,hn(r,`${p}`),i,a?.[p],o[p],s);if(e.__internal.path.pop(),h===void 0&&!l){e.partial=u;return}e.partial=e.partial||h===void 0&&l,d[p]=h??null,f||=d[p]!==a[p]}return f?d:a}if(o==null)return o;if(s&&a===null)return null;if(yr(o)){var g=a||Tn(a);return typeof o==`string`?gr(e,o,i,g):gr(e,r,i,g,o)}},vr=(e,t,n,r,i,a,o)=>{if(Array.isArray(t)){for(var{store:s}=e,c=s.schema?un(s.schema,n,r,e.store.logger):!1,l=Tn(a,!0),u=e.partial,d=Cn||!Array.isArray(a)||t.length!==a.length,f=0,p=t.length;f<p;f++){e.__internal.path.push(f);var m=vr(e,t[f],n,r,i,a?.[f],o);if(e.__internal.path.pop(),m===void 0&&!c){e.partial=u;return}e.partial=e.partial||m===void 0&&c,l[f]=m||null,d||=l[f]!==a[f]}return d?l:a}return t===null||a===null&&o?null:gr(e,t,i,a||Tn(a))},yr=e=>typeof e==`string`||typeof e==`object`&&typeof e.__typename==`string`,br=(e,t,n)=>{for(var r=t?[{fieldKey:mn(t,n)}]:Zn(e),i=0,a=r.length;i<a;i++){var{fieldKey:o}=r[i];Vn(e,o)===void 0?Un(e,o,void 0):Gn(e,o,void 0)}},xr=(e,t)=>{for(var n of(e=>j.types.get(e)||An)(e))t.includes(n)||br(n)},Sr=(e,t,n,r)=>{var i=Ft(t.query),a=nn(i),o={data:n||Tn(),dependencies:Sn},s=e.rootFields[a.operation];return Cr(ir(e,tn(a,t.variables),rn(i),s,s,r),s,Qt(a),o.data),o},Cr=(e,t,n,r)=>{var i=e.store.rootNames[t]||`query`,a=!!e.store.rootNames[t],o=a?t:r.__typename;if(!o&&t&&e.optimistic&&(o=Bn(t,`__typename`)),o)!a&&t&&(Un(t,`__typename`,o),((e,t)=>{var n=j.types.get(e);if(n)n.add(t);else{var r=new Set;r.add(t),j.types.set(e,r)}})(o,t));else return;for(var s=e.store.updates[o],c=new sr(o,t||o,!1,void 0,n,e),l;l=c.next();){var u=Jt(l),d=en(l,e.variables),f=mn(u,d),p=Xt(l),m=r[e.optimistic?u:p];if(!(u===`__typename`||m===void 0&&(tr||e.optimistic&&i===`query`))){e.__internal.path.push(p);var h=void 0;if(e.optimistic&&i===`mutation`){if(!(h=e.store.optimisticMutations[u]))continue}else e.optimistic&&typeof m==`function`&&(h=m);if(h&&(ar(e,r,o,t||o,f,u),m=ur(h(d||{},e.store,e))),m!==void 0){if(l.selectionSet){if(t&&i===`query`){var g=hn(t,f),_=wr(e,Qt(l),ur(m),g,e.optimistic?Vn(t||o,f):void 0);Gn(t||o,f,_)}else wr(e,Qt(l),ur(m))}else t&&i===`query`&&Un(t||o,f,m!==null||!rr(e)?m:void 0);var v=s&&s[u];if(v)ar(e,r,o,t||o,f,u),r[u]=m,v(r,d||{},e.store,e);else if(o===e.store.rootFields.mutation&&!e.optimistic){if(m&&Array.isArray(m))for(var y=m.map((t=>e.store.keyOfEntity(t)||``)),b=0,x=m.length;b<x;b++){var S=y[b];if(S&&m[b].__typename){var C=Bn(S,`__typename`),ee=Nn(S);C&&!ee&&xr(m[b].__typename,y)}}else if(m&&typeof m==`object`){var w=e.store.keyOfEntity(m);if(w){var te=Bn(w,`__typename`),T=Nn(w);te&&T||!m.__typename||xr(m.__typename,[w])}}}e.__internal.path.pop()}}}},wr=(e,t,n,r,i)=>{if(Array.isArray(n)){for(var a=Array(n.length),o=0,s=n.length;o<s;o++){e.__internal.path.push(o);var c=r?hn(r,`${o}`):void 0,l=wr(e,t,n[o],c,i?.[o]);a[o]=l,e.__internal.path.pop()}return a}if(n===null)return rr(e)?void 0:null;var u=e.store.keyOfEntity(n)||(typeof i==`string`?i:null);n.__typename;var d=u||r;return Cr(e,d,t,n),d||null},Tr=class{constructor(e){e||={},this.logger=e.logger,this.resolvers=e.resolvers||{},this.directives=e.directives||{},this.optimisticMutations=e.optimistic||{},this.keys=e.keys||{},this.globalIDs=Array.isArray(e.globalIDs)?new Set(e.globalIDs):!!e.globalIDs;var t=`Query`,n=`Mutation`,r=`Subscription`;if(e.schema){var i=(({__schema:e})=>{var t=new Map,n=e=>{var t;return()=>{if(!t){t={};for(var n=0;n<e.length;n++)t[e[n].name]=e[n]}return t}},r=e=>{switch(e.kind){case`OBJECT`:case`INTERFACE`:return{name:e.name,kind:e.kind,interfaces:n(e.interfaces||[]),fields:n(e.fields.map((e=>({name:e.name,type:e.type,args:n(e.args)}))))};case`UNION`:return{name:e.name,kind:e.kind,types:n(e.possibleTypes||[])}}},i={query:e.queryType?e.queryType.name:null,mutation:e.mutationType?e.mutationType.name:null,subscription:e.subscriptionType?e.subscriptionType.name:null,types:void 0,isSubType(e,n){var r=t.get(e),i=t.get(n);return!r||!i?!1:r.kind===`UNION`?!!r.types()[n]:r.kind!==`OBJECT`&&i.kind===`OBJECT`?!!i.interfaces()[e]:e===n}};if(e.types){i.types=t;for(var a=0;a<e.types.length;a++){var o=e.types[a];if(o&&o.name){var s=r(o);s&&t.set(o.name,s)}}}return i})(e.schema);t=i.query||t,n=i.mutation||n,r=i.subscription||r,i.types&&(this.schema=i)}if(!this.schema&&e.possibleTypes){this.possibleTypeMap=new Map;for(var a of Object.entries(e.possibleTypes)){var[o,s]=a;this.possibleTypeMap.set(o,new Set(s))}}this.updates=e.updates||{},this.rootFields={query:t,mutation:n,subscription:r},this.rootNames={[t]:`query`,[n]:`mutation`,[r]:`subscription`},this.data=(c=t,{hydrating:!1,defer:!1,gc:new Set,types:new Map,persist:new Set,queryRootKey:c,refCount:new Map,links:{optimistic:new Map,base:new Map},abstractToConcreteMap:new Map,records:{optimistic:new Map,base:new Map},deferredKeys:new Set,commutativeKeys:new Set,dirtyKeys:new Set,optimisticOrder:[],storage:null});var c;this.schema}keyOfField(e,t){return mn(e,t)}keyOfEntity(e){if(er&&e===er.parent)return er.parentKey;if(e==null||typeof e==`string`)return e||null;if(!e.__typename)return null;if(this.rootNames[e.__typename])return e.__typename;var t=null;this.keys[e.__typename]?t=this.keys[e.__typename](e)||null:e.id==null?e._id!=null&&(t=`${e._id}`):t=`${e.id}`;var n=e.__typename;return!0===this.globalIDs||this.globalIDs&&this.globalIDs.has(n)||!t?t:`${n}:${t}`}resolve(e,t,n){var r=this.keyOfEntity(e);if(r){var i=mn(t,n),a=Bn(r,i);if(a!==void 0)return a;var o=Vn(r,i);return o!==void 0&&(o=dr(this,o)),o}}invalidate(e,t,n){var r=this.keyOfEntity(e);e&&typeof e==`string`&&!t&&!n&&!this.resolve(e,`__typename`)?xr(e,[]):(Gt(r,``,19),br(r,t,n))}inspectFields(e){var t=this.keyOfEntity(e);return t?Zn(t):[]}updateQuery(e,t){var n=gt(e.query,e.variables),r=t(this.readQuery(n));r!==null&&Sr(this,n,r,void 0)}readQuery(e){var t=gt(e.query,e.variables);return fr(this,t,void 0,void 0).data}readFragment(e,t,n,r){return((e,t,n,r,i)=>{var a=rn(t),o;if(i){if(!(o=a[i]))return null}else if(!(o=a[Object.keys(a)[0]]))return null;var s=Yt(o);typeof n!=`string`&&!n.__typename&&(n.__typename=s);var c=e.keyOfEntity(n);return c&&gr(ir(e,r||{},a,s,c,void 0),c,Qt(o),Tn())||null})(this,Ft(e),t,n,r)}writeFragment(e,t,n,r){((e,t,n,r,i)=>{var a=rn(t),o;if(i){if(!(o=a[i]))return null}else if(!(o=a[Object.keys(a)[0]]))return null;var s=Yt(o),c={__typename:s,...n},l=e.keyOfEntity(c);l&&Cr(ir(e,r||{},a,s,l,void 0),l,Qt(o),c)})(this,Ft(e),t,n,r)}link(e,t,...n){var r=n.length===2?n[0]:null,i=n.length===2?n[1]:n[0],a=this.keyOfEntity(e);a&&Gn(a,mn(t,r),dr(this,i))}},Er=(e,t)=>Lt(e.kind,e,{...e.context,meta:{...e.context.meta,...t}}),Dr=(e,t)=>Lt(e.kind,e,{...e.context,requestPolicy:t}),Or=e=>({forward:t,client:n,dispatchDebug:r})=>{var i=new Tr(e);e&&e.storage&&(i.data.hydrating=!0,e.storage.readData().then((t=>{((e,t,n)=>{for(var r in Dn(`write`,e,null),n){var i=n[r];if(i!==void 0){var{entityKey:a,fieldKey:o}=_n(r);i[0]===`:`?Vn(a,o)===void 0&&Gn(a,o,JSON.parse(i.slice(1))):Bn(a,o)===void 0&&Un(a,o,JSON.parse(i))}}e.storage=t,e.hydrating=!1,On()})(i.data,e.storage,t),e.storage.onCacheHydrated&&e.storage.onCacheHydrated()})));var a=new Map,o=[],s=new Map,c=new Map,l=new Set,u=new Set,d=new Set,f=new Set,p=new WeakSet,m=new Map,h=new Set,g=new Set,_=e=>{for(var t of e.values())if(l.has(t))return!0;return!1},v=(e,t)=>{if(t)for(var n of t.values()){var r=m.get(n);if(r)for(var i of r.values())e.add(i)}},y=(e,t,r)=>{for(var i of t.values())if(i!==e.key){var a=s.get(i);if(a){e.kind===`query`&&g.add(i);var o=`cache-first`;u.has(i)&&(u.delete(i),o=`cache-and-network`);var c=Dr(a,o);e.kind===`subscription`&&d.has(i)&&p.add(c),n.reexecuteOperation(c)}}if(!r){var l=h;h=g,e.kind===`query`&&h.add(e.key),(g=l).clear()}},b=e=>!p.has(e)||!d.has(e.key)?!1:(f.add(e.key),!0),x=e=>{var t=!1;if(e.kind===`query`)Kn(i.data,e.key),s.set(e.key,e),d.add(e.key),f.delete(e.key);else if(e.kind===`teardown`)return s.delete(e.key),c.delete(e.key),h.delete(e.key),d.delete(e.key),f.delete(e.key),kn(i.data,e.key),e;else if(e.kind===`mutation`&&e.context.requestPolicy!==`network-only`){s.set(e.key,e),Dn(`write`,i.data,e.key,!0,!1);var{dependencies:n}=Sr(i,e,void 0,void 0);if(On(),n.size){for(var r of n.values())l.add(r);a.set(e.key,n);var o=new Set;v(o,n),y(e,o,!0),t=!0}}return Lt(e.kind,{key:e.key,query:Ft(e.query),variables:e.variables?A(nn(e.query),e.variables):e.variables},{...e.context,optimistic:t})},S=(e,t)=>{for(var n of t.values()){var r=m.get(n);r||m.set(n,r=new Set),r.add(e.key)}},C=e=>{Dn(`read`,i.data,void 0,!1,!1);var t=fr(i,e,c.get(e.key),void 0);On();var n=t.data?!t.partial&&!t.hasNext?`hit`:`partial`:`miss`;return c.set(e.key,t.data),s.set(e.key,e),S(e,t.dependencies),{outcome:n,operation:e,data:t.data,dependencies:t.dependencies,hasNext:t.hasNext}},ee=(e,t)=>{var n=s.get(e.operation.key)||e.operation;n.kind===`mutation`&&(v(t,a.get(n.key)),a.delete(n.key)),(n.kind===`subscription`||e.hasNext)&&Kn(i.data,n.key,!0);var r,o=e.data;if(o){Dn(`write`,i.data,n.key,!1,!1);var l=Sr(i,n,o,e.error).dependencies;On(),v(t,l);var u=n.kind===`query`?c.get(n.key):null;Dn(`read`,i.data,n.key,!1,u!==o);var d=fr(i,n,u||o,e.error);On(),o=d.data,n.kind===`query`&&(v(t,r=d.dependencies),c.set(n.key,o))}else kn(i.data,n.key);return r&&S(e.operation,r),{operation:n,data:o,error:e.error,extensions:e.extensions,hasNext:e.hasNext,stale:e.stale}};return e=>{var r=Pe(Oe(C)(O((e=>e.kind===`query`&&e.context.requestPolicy!==`network-only`))(e))),c=O((e=>e.kind!==`query`||e.context.requestPolicy===`network-only`))(e),p=Oe((e=>Er(e.operation,{cacheOutcome:`miss`})))(O((e=>e.outcome===`miss`&&e.operation.context.requestPolicy!==`cache-only`&&!_(e.dependencies)&&!h.has(e.operation.key)&&!b(e.operation)))(r)),m=Oe((e=>{var{requestPolicy:t}=e.operation.context,r=t!==`cache-only`&&(e.hasNext||t===`cache-and-network`||t===`cache-first`&&e.outcome===`partial`&&!h.has(e.operation.key)),a=t!==`cache-only`&&(r||d.has(e.operation.key)||e.outcome===`partial`&&h.has(e.operation.key)&&((o=i.data).commutativeKeys.has(c=e.operation.key)||o.optimisticOrder.indexOf(c)>-1)),o,c,l={operation:Er(e.operation,{cacheOutcome:e.outcome}),data:e.data,error:e.error,extensions:e.extensions,stale:a&&!e.hasNext,hasNext:r&&e.hasNext};return r&&(_(e.dependencies)?t===`cache-and-network`&&u.add(e.operation.key):b(e.operation)||n.reexecuteOperation(Dr(s.get(e.operation.key)||e.operation,`network-only`))),l}))(O((e=>e.outcome!==`miss`||e.operation.context.requestPolicy===`cache-only`))(r)),g=t(Oe(x)(Ae([c,p])));return Ae([Oe((e=>{var{key:t}=e.operation,r=!1;e.hasNext||(d.delete(t),r=f.delete(t));var i=new Set,a=ee(e,i);return y(e.operation,i,!1),r&&(a.stale=!0,n.reexecuteOperation(Dr(s.get(t)||e.operation,`network-only`))),a}))(O((e=>!a.has(e.operation.key)))(g)),k((e=>{if(o.push(e)<a.size)return Ke;for(var t=0;t<o.length;t++)Kn(i.data,o[t].operation.key);l.clear();for(var n=[],r=new Set,s;s=o.shift();)n.push(ee(s,r));return y(e.operation,r,!1),He(n)}))(O((e=>a.has(e.operation.key)))(g)),m])}};function kr(e){return e===null?`null`:Array.isArray(e)?`array`:typeof e}function Ar(e){return kr(e)===`object`}function jr(e){return Array.isArray(e)&&e.length>0&&e.every(e=>`message`in e)}function Mr(e,t){return e.length<124?e:t}var Nr=(e=>(e[e.InternalServerError=4500]=`InternalServerError`,e[e.InternalClientError=4005]=`InternalClientError`,e[e.BadRequest=4400]=`BadRequest`,e[e.BadResponse=4004]=`BadResponse`,e[e.Unauthorized=4401]=`Unauthorized`,e[e.Forbidden=4403]=`Forbidden`,e[e.SubprotocolNotAcceptable=4406]=`SubprotocolNotAcceptable`,e[e.ConnectionInitialisationTimeout=4408]=`ConnectionInitialisationTimeout`,e[e.ConnectionAcknowledgementTimeout=4504]=`ConnectionAcknowledgementTimeout`,e[e.SubscriberAlreadyExists=4409]=`SubscriberAlreadyExists`,e[e.TooManyInitialisationRequests=4429]=`TooManyInitialisationRequests`,e))(Nr||{}),Pr=(e=>(e.ConnectionInit=`connection_init`,e.ConnectionAck=`connection_ack`,e.Ping=`ping`,e.Pong=`pong`,e.Subscribe=`subscribe`,e.Next=`next`,e.Error=`error`,e.Complete=`complete`,e))(Pr||{});function Fr(e){if(!Ar(e))throw Error(`Message is expected to be an object, but got ${kr(e)}`);if(!e.type)throw Error(`Message is missing the 'type' property`);if(typeof e.type!=`string`)throw Error(`Message is expects the 'type' property to be a string, but got ${kr(e.type)}`);switch(e.type){case`connection_init`:case`connection_ack`:case`ping`:case`pong`:if(e.payload!=null&&!Ar(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object or nullish or missing, but got "${e.payload}"`);break;case`subscribe`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${kr(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!Ar(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object, but got ${kr(e.payload)}`);if(typeof e.payload.query!=`string`)throw Error(`"${e.type}" message payload expects the 'query' property to be a string, but got ${kr(e.payload.query)}`);if(e.payload.variables!=null&&!Ar(e.payload.variables))throw Error(`"${e.type}" message payload expects the 'variables' property to be a an object or nullish or missing, but got ${kr(e.payload.variables)}`);if(e.payload.operationName!=null&&kr(e.payload.operationName)!==`string`)throw Error(`"${e.type}" message payload expects the 'operationName' property to be a string or nullish or missing, but got ${kr(e.payload.operationName)}`);if(e.payload.extensions!=null&&!Ar(e.payload.extensions))throw Error(`"${e.type}" message payload expects the 'extensions' property to be a an object or nullish or missing, but got ${kr(e.payload.extensions)}`);break;case`next`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${kr(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!Ar(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an object, but got ${kr(e.payload)}`);break;case`error`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${kr(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);if(!jr(e.payload))throw Error(`"${e.type}" message expects the 'payload' property to be an array of GraphQL errors, but got ${JSON.stringify(e.payload)}`);break;case`complete`:if(typeof e.id!=`string`)throw Error(`"${e.type}" message expects the 'id' property to be a string, but got ${kr(e.id)}`);if(!e.id)throw Error(`"${e.type}" message requires a non-empty 'id' property`);break;default:throw Error(`Invalid message 'type' property "${e.type}"`)}return e}function Ir(e,t){return Fr(typeof e==`string`?JSON.parse(e,t):e)}function Lr(e,t){return Fr(e),JSON.stringify(e,t)}function Rr(e){let{url:t,connectionParams:n,lazy:r=!0,onNonLazyError:i=console.error,lazyCloseTimeout:a=0,keepAlive:o=0,disablePong:s,connectionAckWaitTimeout:c=0,retryAttempts:l=5,retryWait:u=async function(e){let t=2**e;await new Promise(e=>setTimeout(e,t*1e3+Math.floor(Math.random()*2700+300)))},shouldRetry:d=Br,on:f,webSocketImpl:p,generateID:m=function(){return`xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx`.replace(/[xy]/g,e=>{let t=Math.random()*16|0;return(e==`x`?t:t&3|8).toString(16)})},jsonMessageReplacer:h,jsonMessageReviver:g}=e,_;if(p){if(!Hr(p))throw Error(`Invalid WebSocket implementation provided`);_=p}else typeof WebSocket<`u`?_=WebSocket:typeof global<`u`?_=global.WebSocket||global.MozWebSocket:typeof window<`u`&&(_=window.WebSocket||window.MozWebSocket);if(!_)throw Error("WebSocket implementation missing; on Node you can `import WebSocket from 'ws';` and pass `webSocketImpl: WebSocket` to `createClient`");let v=_,y=(()=>{let e=(()=>{let e={};return{on(t,n){return e[t]=n,()=>{delete e[t]}},emit(t){`id`in t&&e[t.id]?.(t)}}})(),t={connecting:f?.connecting?[f.connecting]:[],opened:f?.opened?[f.opened]:[],connected:f?.connected?[f.connected]:[],ping:f?.ping?[f.ping]:[],pong:f?.pong?[f.pong]:[],message:f?.message?[e.emit,f.message]:[e.emit],closed:f?.closed?[f.closed]:[],error:f?.error?[f.error]:[]};return{onMessage:e.on,on(e,n){let r=t[e];return r.push(n),()=>{let e=r.indexOf(n);e>-1&&r.splice(e,1)}},emit(e,...n){for(let r of[...t[e]])r(...n)}}})();function b(e){let t=[y.on(`error`,n=>{t.forEach(e=>e()),e(n)}),y.on(`closed`,n=>{t.forEach(e=>e()),e(n)})];return()=>t.forEach(e=>e())}let x,S=0,C,ee=!1,w=0,te=!1;async function T(){clearTimeout(C);let[e,r]=await(x??=new Promise((e,r)=>(async()=>{if(ee){if(await u(w),!S)return x=void 0,r({code:1e3,reason:`All Subscriptions Gone`});w++}y.emit(`connecting`,ee);let i=new v(typeof t==`function`?await t():t,`graphql-transport-ws`),a,l;function d(){isFinite(o)&&o>0&&(clearTimeout(l),l=setTimeout(()=>{i.readyState===v.OPEN&&(i.send(Lr({type:Pr.Ping})),y.emit(`ping`,!1,void 0))},o))}b(e=>{x=void 0,clearTimeout(a),clearTimeout(l),r(e),e instanceof zr&&(i.close(4499,`Terminated`),i.onerror=null,i.onclose=null)}),i.onerror=e=>y.emit(`error`,e),i.onclose=e=>y.emit(`closed`,e),i.onopen=async()=>{try{y.emit(`opened`,i);let e=typeof n==`function`?await n():n;if(i.readyState!==v.OPEN)return;i.send(Lr(e?{type:Pr.ConnectionInit,payload:e}:{type:Pr.ConnectionInit},h)),isFinite(c)&&c>0&&(a=setTimeout(()=>{i.close(Nr.ConnectionAcknowledgementTimeout,`Connection acknowledgement timeout`)},c)),d()}catch(e){y.emit(`error`,e),i.close(Nr.InternalClientError,Mr(e instanceof Error?e.message:String(e),`Internal client error`))}};let f=!1;i.onmessage=({data:t})=>{try{let n=Ir(t,g);if(y.emit(`message`,n),n.type===`ping`||n.type===`pong`){y.emit(n.type,!0,n.payload),n.type===`pong`?d():s||(i.send(Lr(n.payload?{type:Pr.Pong,payload:n.payload}:{type:Pr.Pong},h)),y.emit(`pong`,!1,n.payload));return}if(f)return;if(n.type!==Pr.ConnectionAck)throw Error(`First message cannot be of type ${n.type}`);clearTimeout(a),f=!0,y.emit(`connected`,i,n.payload,ee),ee=!1,w=0;let r=new Promise((e,t)=>b(t));r.catch(()=>{}),e([i,r])}catch(e){i.onmessage=null,y.emit(`error`,e),i.close(Nr.BadResponse,Mr(e instanceof Error?e.message:String(e),`Bad response`))}}})()));e.readyState===v.CLOSING&&await r;let i=()=>{},l=new Promise(e=>i=e);return[e,i,new Promise((t,n)=>{let i=b(n);e.readyState!==v.OPEN&&r.catch(n),l.then(()=>{if(i(),!S){let t=()=>e.close(1e3,`Normal Closure`);isFinite(a)&&a>0?(clearTimeout(C),C=setTimeout(()=>{!S&&e.readyState===v.OPEN&&t()},a)):t()}t()})})]}function ne(e){if(Br(e)&&(Vr(e.code)||[Nr.InternalServerError,Nr.InternalClientError,Nr.BadRequest,Nr.BadResponse,Nr.Unauthorized,Nr.SubprotocolNotAcceptable,Nr.SubscriberAlreadyExists,Nr.TooManyInitialisationRequests].includes(e.code)))throw e;if(te)return!1;if(Br(e)&&e.code===1e3)return S>0;if(!l||w>=l||!d(e))throw e;return ee=!0}r||(async()=>{for(S++;;)try{let[,,e]=await T();await e}catch(e){try{if(!ne(e))return}catch(e){return i?.(e)}}})();function re(e,t){let n=m(e),r=!1,i=!1,a=()=>{S--,r=!0};return(async()=>{for(S++;;)try{let[o,s,c]=await T();if(r)return c.catch(()=>{}),s();let l=y.onMessage(n,e=>{switch(e.type){case Pr.Next:t.next(e.payload);return;case Pr.Error:i=!0,r=!0,t.error(e.payload),a();return;case Pr.Complete:r=!0,a();return}});o.send(Lr({id:n,type:Pr.Subscribe,payload:e},h)),a=()=>{!r&&o.readyState===v.OPEN&&o.send(Lr({id:n,type:Pr.Complete},h)),S--,r=!0,s()},await c.finally(l);return}catch(e){if(!ne(e))return}})().then(()=>{i||t.complete()}).catch(e=>{t.error(e)}),()=>{r||a()}}return{on:y.on,subscribe:re,iterate(e){let t=[],n={done:!1,error:null,resolve:()=>{}},r=re(e,{next(e){t.push(e),n.resolve()},error(e){n.done=!0,n.error=e,n.resolve()},complete(){n.done=!0,n.resolve()}}),i=async function*(){for(;;){for(t.length||await new Promise(e=>n.resolve=e);t.length;)yield t.shift();if(n.error)throw n.error;if(n.done)return}}();return i.throw=async e=>(n.done||(n.done=!0,n.error=e,n.resolve()),{done:!0,value:void 0}),i.return=async()=>(r(),{done:!0,value:void 0}),i},async dispose(){if(te=!0,x){let[e]=await x;e.close(1e3,`Normal Closure`)}},terminate(){x&&y.emit(`closed`,new zr)}}}var zr=class extends Error{name=`TerminatedCloseEvent`;message=`4499: Terminated`;code=4499;reason=`Terminated`;wasClean=!1};function Br(e){return Ar(e)&&`code`in e&&`reason`in e}function Vr(e){return![1e3,1001,1006,1005,1012,1013,1014].includes(e)&&e>=1e3&&e<=1999}function Hr(e){return typeof e==`function`&&`constructor`in e&&`CLOSED`in e&&`CLOSING`in e&&`CONNECTING`in e&&`OPEN`in e}function Ur(e){return{...e,subscribe(t,n){let{variables:r}=t,i={...t,get variables(){return r}};return e.subscribe(i,{next(e){n.next(e);let[t]=Object.values(e.data??{});t?.cursor&&(r={...r,after:t.cursor})},error:e=>n.error(e),complete:()=>n.complete()})},iterate(){throw Error(`Use subscribe: iterate does not keep the cursor.`)}}}function Wr({patience:e=5e3,...t}){let n,r=Rr({retryAttempts:1/0,shouldRetry(e){let{code:t,type:n}=e;return t===void 0?n===`error`:t!==4403},retryWait:e=>new Promise(t=>setTimeout(t,Math.min(500*2**e,1e4)*(.5+Math.random()/2))),connectionAckWaitTimeout:e,keepAlive:1e4,...t,on:{...t.on,ping(t){t||(n=setTimeout(()=>r.terminate(),e))},pong(e){e&&clearTimeout(n)},closed:()=>clearTimeout(n)}});return Ur(r)}var Gr={introspection:JSON.parse(`{"__schema":{"queryType":{"name":"Query","kind":"OBJECT"},"mutationType":{"name":"Mutation","kind":"OBJECT"},"subscriptionType":{"name":"Subscription","kind":"OBJECT"},"types":[{"kind":"OBJECT","name":"Actor","interfaces":[],"fields":[{"name":"kind","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"name","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"ApiKey","interfaces":[],"fields":[{"name":"createdAt","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"expiresAt","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"hint","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"requirePlan","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"revokedAt","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"role","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"stacks","type":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Stack","kind":"OBJECT","ofType":null}}},"args":[]}]},{"kind":"OBJECT","name":"Attribute","interfaces":[],"fields":[{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"value","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Change","interfaces":[{"kind":"INTERFACE","name":"Node"}],"fields":[{"name":"action","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"actor","type":{"kind":"NON_NULL","ofType":{"name":"Actor","kind":"OBJECT","ofType":null}},"args":[]},{"name":"at","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"edits","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ConfigChange","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"fields","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"FieldChange","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"id","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"redacted","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"revertible","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"subjectKind","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"subjectName","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ChangeConnection","interfaces":[],"fields":[{"name":"nodes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Change","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"pageInfo","type":{"kind":"NON_NULL","ofType":{"name":"PageInfo","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"ChangeEvent","interfaces":[],"fields":[{"name":"change","type":{"kind":"NON_NULL","ofType":{"name":"Change","kind":"OBJECT","ofType":null}},"args":[]},{"name":"cursor","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"deletedIds","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"template","type":{"kind":"OBJECT","name":"Template","ofType":null},"args":[]}]},{"kind":"OBJECT","name":"ClaimEffect","interfaces":[{"kind":"INTERFACE","name":"Effect"}],"fields":[{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"severity","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ComposeFile","interfaces":[],"fields":[{"name":"requiredVariables","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"text","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"variables","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ComposeVariable","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ComposeWarning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"ComposeVariable","interfaces":[],"fields":[{"name":"instance","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ComposeWarning","interfaces":[],"fields":[{"name":"instance","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ConfigChange","interfaces":[],"fields":[{"name":"change","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"from","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ConfigEntry","kind":"UNION","ofType":null}}}},"args":[]},{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"kind","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"to","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ConfigEntry","kind":"UNION","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"ConfigEffect","interfaces":[{"kind":"INTERFACE","name":"Effect"}],"fields":[{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"severity","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"UNION","name":"ConfigEntry","possibleTypes":[{"kind":"OBJECT","name":"Port"},{"kind":"OBJECT","name":"Volume"},{"kind":"OBJECT","name":"EnvVar"},{"kind":"OBJECT","name":"Label"},{"kind":"OBJECT","name":"Domain"},{"kind":"OBJECT","name":"Healthcheck"},{"kind":"OBJECT","name":"ConfigFile"},{"kind":"OBJECT","name":"ResourceLimits"},{"kind":"OBJECT","name":"Attribute"},{"kind":"OBJECT","name":"Network"},{"kind":"OBJECT","name":"Setting"},{"kind":"OBJECT","name":"Dependency"},{"kind":"OBJECT","name":"SharedVar"}]},{"kind":"OBJECT","name":"ConfigFile","interfaces":[],"fields":[{"name":"content","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"fileMode","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"filePath","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"isTemplate","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Conflict","interfaces":[],"fields":[{"name":"instance","type":{"kind":"NON_NULL","ofType":{"name":"Instance","kind":"OBJECT","ofType":null}},"args":[]},{"name":"kind","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"severity","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"value","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ConflictError","interfaces":[{"kind":"INTERFACE","name":"UserError"}],"fields":[{"name":"code","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"kind","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"path","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"suggestion","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"ContainerEffect","interfaces":[{"kind":"INTERFACE","name":"Effect"}],"fields":[{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"severity","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"CreateApiKeyPayload","interfaces":[],"fields":[{"name":"apiKey","type":{"kind":"OBJECT","name":"ApiKey","ofType":null},"args":[]},{"name":"token","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"CreateInstancePayload","interfaces":[],"fields":[{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"CreateStackPayload","interfaces":[],"fields":[{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"DataEffect","interfaces":[{"kind":"INTERFACE","name":"Effect"}],"fields":[{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"severity","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Dependency","interfaces":[],"fields":[{"name":"condition","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"required","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"restart","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Domain","interfaces":[],"fields":[{"name":"domain","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"proxyPort","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"DuplicateInstancePayload","interfaces":[],"fields":[{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Warning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"DuplicateStackPayload","interfaces":[],"fields":[{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Warning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"INTERFACE","name":"Effect","interfaces":[],"possibleTypes":[{"kind":"OBJECT","name":"ClaimEffect"},{"kind":"OBJECT","name":"ConfigEffect"},{"kind":"OBJECT","name":"ContainerEffect"},{"kind":"OBJECT","name":"DataEffect"},{"kind":"OBJECT","name":"ReferenceEffect"}],"fields":[{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"severity","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"EffectConnection","interfaces":[],"fields":[{"name":"nodes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Effect","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"pageInfo","type":{"kind":"NON_NULL","ofType":{"name":"PageInfo","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"EffectiveArguments","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"value","type":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}},"args":[]},{"name":"written","type":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}},"args":[]}]},{"kind":"OBJECT","name":"EffectiveAttribute","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Attribute","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"value","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"EffectiveConfig","interfaces":[],"fields":[{"name":"attributes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EffectiveAttribute","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"configFiles","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EffectiveConfigFile","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"dependencies","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EffectiveDependency","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"domains","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EffectiveDomain","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"envVars","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EffectiveEnvVar","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"healthcheck","type":{"kind":"OBJECT","name":"EffectiveHealthcheck","ofType":null},"args":[]},{"name":"imageName","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"imageTag","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"labels","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EffectiveLabel","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"networks","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EffectiveNetwork","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"ports","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EffectivePort","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"removed","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"RemovedEntry","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"resourceLimits","type":{"kind":"OBJECT","name":"EffectiveResourceLimits","ofType":null},"args":[]},{"name":"settings","type":{"kind":"NON_NULL","ofType":{"name":"EffectiveSettings","kind":"OBJECT","ofType":null}},"args":[]},{"name":"volumes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EffectiveVolume","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"EffectiveConfigFile","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"content","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"fileMode","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"filePath","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"isTemplate","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ConfigFile","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"written","type":{"kind":"NON_NULL","ofType":{"name":"ConfigFile","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"EffectiveDependency","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"condition","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"required","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"restart","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Dependency","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]}]},{"kind":"OBJECT","name":"EffectiveDomain","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"domain","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"proxyPort","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Domain","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"written","type":{"kind":"NON_NULL","ofType":{"name":"Domain","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"EffectiveEnvVar","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"generate","type":{"kind":"OBJECT","name":"GeneratedSecret","ofType":null},"args":[]},{"name":"isSecret","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"isSet","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EnvVar","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"state","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"text","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"value","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"EffectiveHealthcheck","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"intervalSeconds","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"retries","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Healthcheck","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"startIntervalSeconds","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"startPeriodSeconds","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"test","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"timeoutSeconds","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"written","type":{"kind":"NON_NULL","ofType":{"name":"Healthcheck","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"EffectiveLabel","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Label","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"value","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"written","type":{"kind":"NON_NULL","ofType":{"name":"Label","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"EffectiveNetwork","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"aliases","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"definition","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"isExternal","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"options","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Network","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]}]},{"kind":"OBJECT","name":"EffectivePort","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"containerPort","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"hostIp","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"hostPort","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"protocol","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Port","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]}]},{"kind":"OBJECT","name":"EffectiveResourceLimits","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"cpu","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"memory","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ResourceLimits","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]}]},{"kind":"OBJECT","name":"EffectiveRestartPolicy","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"value","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"EffectiveSettings","interfaces":[],"fields":[{"name":"command","type":{"kind":"NON_NULL","ofType":{"name":"EffectiveArguments","kind":"OBJECT","ofType":null}},"args":[]},{"name":"entrypoint","type":{"kind":"NON_NULL","ofType":{"name":"EffectiveArguments","kind":"OBJECT","ofType":null}},"args":[]},{"name":"imageName","type":{"kind":"NON_NULL","ofType":{"name":"EffectiveText","kind":"OBJECT","ofType":null}},"args":[]},{"name":"imageTag","type":{"kind":"NON_NULL","ofType":{"name":"EffectiveText","kind":"OBJECT","ofType":null}},"args":[]},{"name":"restartPolicy","type":{"kind":"NON_NULL","ofType":{"name":"EffectiveRestartPolicy","kind":"OBJECT","ofType":null}},"args":[]},{"name":"user","type":{"kind":"NON_NULL","ofType":{"name":"EffectiveText","kind":"OBJECT","ofType":null}},"args":[]},{"name":"workingDir","type":{"kind":"NON_NULL","ofType":{"name":"EffectiveText","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"EffectiveText","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"value","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"EffectiveVolume","interfaces":[{"kind":"INTERFACE","name":"Effective"}],"fields":[{"name":"definition","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"isExternal","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"options","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"origin","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"readOnly","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"scope","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"shadows","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Volume","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"since","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"source","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"target","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"volumeType","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Endpoint","interfaces":[],"fields":[{"name":"reference","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"value","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"EnvVar","interfaces":[],"fields":[{"name":"isSecret","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"isSet","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"value","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"FieldChange","interfaces":[],"fields":[{"name":"field","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"from","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"to","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"ForkStackPayload","interfaces":[],"fields":[{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Warning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"GeneratedSecret","interfaces":[],"fields":[{"name":"length","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Healthcheck","interfaces":[],"fields":[{"name":"intervalSeconds","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"retries","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"startIntervalSeconds","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"startPeriodSeconds","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"test","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"timeoutSeconds","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"HeartbeatEvent","interfaces":[],"fields":[{"name":"cursor","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ImportComposePayload","interfaces":[],"fields":[{"name":"changeCount","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"changes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ImportNote","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"instances","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ImportedInstance","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"lossCount","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"losses","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ImportNote","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"newVolumes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"stack","type":{"kind":"OBJECT","name":"ImportedStack","ofType":null},"args":[]},{"name":"templates","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ImportedTemplate","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"ImportNote","interfaces":[],"fields":[{"name":"file","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"line","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"path","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"reason","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ImportedInstance","interfaces":[],"fields":[{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"outcome","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ImportedStack","interfaces":[],"fields":[{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"outcome","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ImportedTemplate","interfaces":[],"fields":[{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"outcome","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"InUseError","interfaces":[{"kind":"INTERFACE","name":"UserError"}],"fields":[{"name":"code","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"path","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"suggestion","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"InputError","interfaces":[{"kind":"INTERFACE","name":"UserError"}],"fields":[{"name":"code","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"path","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"suggestion","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"Instance","interfaces":[{"kind":"INTERFACE","name":"Node"},{"kind":"INTERFACE","name":"Versioned"}],"fields":[{"name":"conflicts","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Conflict","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"containerName","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"deletedAt","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"description","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"effectiveConfig","type":{"kind":"NON_NULL","ofType":{"name":"EffectiveConfig","kind":"OBJECT","ofType":null}},"args":[]},{"name":"enabled","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"endpoints","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Endpoint","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"history","type":{"kind":"NON_NULL","ofType":{"name":"ChangeConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"id","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"overrideCount","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"overrideStats","type":{"kind":"NON_NULL","ofType":{"name":"OverrideStats","kind":"OBJECT","ofType":null}},"args":[]},{"name":"references","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Reference","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"revision","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"stack","type":{"kind":"NON_NULL","ofType":{"name":"Stack","kind":"OBJECT","ofType":null}},"args":[]},{"name":"template","type":{"kind":"NON_NULL","ofType":{"name":"Template","kind":"OBJECT","ofType":null}},"args":[]},{"name":"version","type":{"kind":"OBJECT","name":"InstanceVersion","ofType":null},"args":[]}]},{"kind":"OBJECT","name":"InstanceConnection","interfaces":[],"fields":[{"name":"nodes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Instance","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"pageInfo","type":{"kind":"NON_NULL","ofType":{"name":"PageInfo","kind":"OBJECT","ofType":null}},"args":[]},{"name":"totalCount","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"InstanceDiff","interfaces":[],"fields":[{"name":"entries","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ConfigChange","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"fields","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"FieldChange","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"InstanceSide","interfaces":[],"fields":[{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"templateName","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"InstanceVersion","interfaces":[{"kind":"INTERFACE","name":"Node"}],"fields":[{"name":"at","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"diff","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ConfigChange","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"id","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Label","interfaces":[],"fields":[{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"value","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Lease","interfaces":[],"fields":[{"name":"expiresAt","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"isEnding","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"isExpired","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Mutation","interfaces":[],"fields":[{"name":"createApiKey","type":{"kind":"OBJECT","name":"CreateApiKeyPayload","ofType":null},"args":[]},{"name":"createInstance","type":{"kind":"OBJECT","name":"CreateInstancePayload","ofType":null},"args":[]},{"name":"createStack","type":{"kind":"OBJECT","name":"CreateStackPayload","ofType":null},"args":[]},{"name":"duplicateInstance","type":{"kind":"OBJECT","name":"DuplicateInstancePayload","ofType":null},"args":[]},{"name":"duplicateStack","type":{"kind":"OBJECT","name":"DuplicateStackPayload","ofType":null},"args":[]},{"name":"forkStack","type":{"kind":"OBJECT","name":"ForkStackPayload","ofType":null},"args":[]},{"name":"importCompose","type":{"kind":"OBJECT","name":"ImportComposePayload","ofType":null},"args":[]},{"name":"patchInstanceOverrides","type":{"kind":"OBJECT","name":"PatchInstanceOverridesPayload","ofType":null},"args":[]},{"name":"purgeInstance","type":{"kind":"OBJECT","name":"PurgeInstancePayload","ofType":null},"args":[]},{"name":"purgeStack","type":{"kind":"OBJECT","name":"PurgeStackPayload","ofType":null},"args":[]},{"name":"renameInstance","type":{"kind":"OBJECT","name":"RenameInstancePayload","ofType":null},"args":[]},{"name":"renameStack","type":{"kind":"OBJECT","name":"RenameStackPayload","ofType":null},"args":[]},{"name":"renewLease","type":{"kind":"OBJECT","name":"RenewLeasePayload","ofType":null},"args":[]},{"name":"restoreInstance","type":{"kind":"OBJECT","name":"RestoreInstancePayload","ofType":null},"args":[]},{"name":"restoreStack","type":{"kind":"OBJECT","name":"RestoreStackPayload","ofType":null},"args":[]},{"name":"restoreVersion","type":{"kind":"OBJECT","name":"RestoreVersionPayload","ofType":null},"args":[]},{"name":"revertChange","type":{"kind":"OBJECT","name":"RevertChangePayload","ofType":null},"args":[]},{"name":"revokeApiKey","type":{"kind":"OBJECT","name":"RevokeApiKeyPayload","ofType":null},"args":[]},{"name":"setSharedVars","type":{"kind":"OBJECT","name":"SetSharedVarsPayload","ofType":null},"args":[]},{"name":"softDeleteInstance","type":{"kind":"OBJECT","name":"SoftDeleteInstancePayload","ofType":null},"args":[]},{"name":"softDeleteStack","type":{"kind":"OBJECT","name":"SoftDeleteStackPayload","ofType":null},"args":[]},{"name":"updateInstance","type":{"kind":"OBJECT","name":"UpdateInstancePayload","ofType":null},"args":[]},{"name":"updateStack","type":{"kind":"OBJECT","name":"UpdateStackPayload","ofType":null},"args":[]},{"name":"updateTemplate","type":{"kind":"OBJECT","name":"UpdateTemplatePayload","ofType":null},"args":[]}]},{"kind":"OBJECT","name":"NameTakenError","interfaces":[{"kind":"INTERFACE","name":"UserError"}],"fields":[{"name":"code","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"path","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"suggestion","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"Network","interfaces":[],"fields":[{"name":"aliases","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"definition","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"isExternal","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"options","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"INTERFACE","name":"Node","interfaces":[],"possibleTypes":[{"kind":"OBJECT","name":"Change"},{"kind":"OBJECT","name":"Instance"},{"kind":"OBJECT","name":"InstanceVersion"},{"kind":"OBJECT","name":"Stack"},{"kind":"OBJECT","name":"StackVersion"},{"kind":"OBJECT","name":"Template"}],"fields":[{"name":"id","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"OverrideStats","interfaces":[],"fields":[{"name":"dead","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"redundant","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"total","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"OwnedByOtherError","interfaces":[{"kind":"INTERFACE","name":"UserError"}],"fields":[{"name":"code","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"path","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"suggestion","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"PageInfo","interfaces":[],"fields":[{"name":"endCursor","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"hasNextPage","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"hasPreviousPage","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"startCursor","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"PatchInstanceOverridesPayload","interfaces":[],"fields":[{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"Plan","interfaces":[],"fields":[{"name":"destructive","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"effects","type":{"kind":"NON_NULL","ofType":{"name":"EffectConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"newConflicts","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Conflict","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"solvedConflicts","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Conflict","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"summary","type":{"kind":"NON_NULL","ofType":{"name":"PlanSummary","kind":"OBJECT","ofType":null}},"args":[]},{"name":"token","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"validUntil","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"PlanChangedError","interfaces":[{"kind":"INTERFACE","name":"UserError"}],"fields":[{"name":"code","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"path","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"plan","type":{"kind":"NON_NULL","ofType":{"name":"Plan","kind":"OBJECT","ofType":null}},"args":[]},{"name":"suggestion","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"PlanSummary","interfaces":[],"fields":[{"name":"cautions","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"containersCreated","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"containersRecreated","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"containersRemoved","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"destructive","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"effects","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"entries","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Port","interfaces":[],"fields":[{"name":"containerPort","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"hostIp","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"hostPort","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"protocol","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"PurgeInstancePayload","interfaces":[],"fields":[{"name":"purgedId","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Warning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"PurgeStackPayload","interfaces":[],"fields":[{"name":"purgedId","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Warning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"Query","interfaces":[],"fields":[{"name":"apiKeys","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ApiKey","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"changeCursor","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"changes","type":{"kind":"NON_NULL","ofType":{"name":"ChangeConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"diffStacks","type":{"kind":"NON_NULL","ofType":{"name":"StackDiff","kind":"OBJECT","ofType":null}},"args":[]},{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"plan","type":{"kind":"NON_NULL","ofType":{"name":"Plan","kind":"OBJECT","ofType":null}},"args":[]},{"name":"search","type":{"kind":"NON_NULL","ofType":{"name":"SearchResultConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"stacks","type":{"kind":"NON_NULL","ofType":{"name":"StackConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"suggestHostPort","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"template","type":{"kind":"OBJECT","name":"Template","ofType":null},"args":[]},{"name":"templates","type":{"kind":"NON_NULL","ofType":{"name":"TemplateConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"trash","type":{"kind":"NON_NULL","ofType":{"name":"Trash","kind":"OBJECT","ofType":null}},"args":[]},{"name":"viewer","type":{"kind":"NON_NULL","ofType":{"name":"Viewer","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"Reference","interfaces":[],"fields":[{"name":"instance","type":{"kind":"NON_NULL","ofType":{"name":"Instance","kind":"OBJECT","ofType":null}},"args":[]},{"name":"targetInstance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]}]},{"kind":"OBJECT","name":"ReferenceEffect","interfaces":[{"kind":"INTERFACE","name":"Effect"}],"fields":[{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"severity","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"ReferenceUseConnection","interfaces":[],"fields":[{"name":"nodes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Reference","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"RemovedEntry","interfaces":[],"fields":[{"name":"by","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"entry","type":{"kind":"NON_NULL","ofType":{"name":"ConfigEntry","kind":"UNION","ofType":null}},"args":[]},{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"kind","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"RenameInstancePayload","interfaces":[],"fields":[{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"RenameStackPayload","interfaces":[],"fields":[{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Warning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"RenewLeasePayload","interfaces":[],"fields":[{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"ResourceLimits","interfaces":[],"fields":[{"name":"cpu","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"memory","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"RestoreInstancePayload","interfaces":[],"fields":[{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"RestoreObstacle","interfaces":[],"fields":[{"name":"code","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"RestoreStackPayload","interfaces":[],"fields":[{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"RestoreVersionPayload","interfaces":[],"fields":[{"name":"change","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Warning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"ResyncEvent","interfaces":[],"fields":[{"name":"cursor","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"reason","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"RevertChangePayload","interfaces":[],"fields":[{"name":"change","type":{"kind":"OBJECT","name":"Change","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Warning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"RevokeApiKeyPayload","interfaces":[],"fields":[{"name":"apiKey","type":{"kind":"OBJECT","name":"ApiKey","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"SearchResult","interfaces":[],"fields":[{"name":"key","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"kind","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"node","type":{"kind":"NON_NULL","ofType":{"name":"Node","kind":"INTERFACE","ofType":null}},"args":[]},{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"text","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"SearchResultConnection","interfaces":[],"fields":[{"name":"edges","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"SearchResultEdge","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"pageInfo","type":{"kind":"NON_NULL","ofType":{"name":"PageInfo","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"SearchResultEdge","interfaces":[],"fields":[{"name":"cursor","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"node","type":{"kind":"NON_NULL","ofType":{"name":"SearchResult","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"SetSharedVarsPayload","interfaces":[],"fields":[{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"Setting","interfaces":[],"fields":[{"name":"field","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"value","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"SharedVar","interfaces":[],"fields":[{"name":"inject","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"isSecret","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"isSet","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"key","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"locked","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"usedBy","type":{"kind":"OBJECT","name":"ReferenceUseConnection","ofType":null},"args":[]},{"name":"value","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"SoftDeleteInstancePayload","interfaces":[],"fields":[{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"SoftDeleteStackPayload","interfaces":[],"fields":[{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"Stack","interfaces":[{"kind":"INTERFACE","name":"Node"},{"kind":"INTERFACE","name":"Versioned"}],"fields":[{"name":"changeCursor","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"compose","type":{"kind":"NON_NULL","ofType":{"name":"ComposeFile","kind":"OBJECT","ofType":null}},"args":[]},{"name":"conflicts","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Conflict","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"deletedAt","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"description","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"enabled","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"forkKey","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"forkedFrom","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"forks","type":{"kind":"NON_NULL","ofType":{"name":"StackConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"history","type":{"kind":"NON_NULL","ofType":{"name":"ChangeConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"id","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"instances","type":{"kind":"NON_NULL","ofType":{"name":"InstanceConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"lease","type":{"kind":"OBJECT","name":"Lease","ofType":null},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"networkName","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"owners","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"revision","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"sharedVars","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"SharedVar","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"version","type":{"kind":"OBJECT","name":"StackVersion","ofType":null},"args":[]}]},{"kind":"OBJECT","name":"StackConnection","interfaces":[],"fields":[{"name":"nodes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Stack","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"pageInfo","type":{"kind":"NON_NULL","ofType":{"name":"PageInfo","kind":"OBJECT","ofType":null}},"args":[]},{"name":"totalCount","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"StackDiff","interfaces":[],"fields":[{"name":"changed","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"InstanceDiff","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"fields","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"FieldChange","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"onlyInA","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"InstanceSide","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"onlyInB","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"InstanceSide","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"same","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"UNION","name":"StackEvent","possibleTypes":[{"kind":"OBJECT","name":"ChangeEvent"},{"kind":"OBJECT","name":"HeartbeatEvent"},{"kind":"OBJECT","name":"ResyncEvent"}]},{"kind":"OBJECT","name":"StackVersion","interfaces":[{"kind":"INTERFACE","name":"Node"}],"fields":[{"name":"at","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"compose","type":{"kind":"NON_NULL","ofType":{"name":"ComposeFile","kind":"OBJECT","ofType":null}},"args":[]},{"name":"diff","type":{"kind":"NON_NULL","ofType":{"name":"StackDiff","kind":"OBJECT","ofType":null}},"args":[]},{"name":"id","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"instances","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"InstanceVersion","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"StaleRevisionError","interfaces":[{"kind":"INTERFACE","name":"UserError"}],"fields":[{"name":"code","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"current","type":{"kind":"INTERFACE","name":"Node","ofType":null},"args":[]},{"name":"currentRevision","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"path","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"suggestion","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"Subscription","interfaces":[],"fields":[{"name":"changes","type":{"kind":"NON_NULL","ofType":{"name":"StackEvent","kind":"UNION","ofType":null}},"args":[]},{"name":"stackChanges","type":{"kind":"NON_NULL","ofType":{"name":"StackEvent","kind":"UNION","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"Template","interfaces":[{"kind":"INTERFACE","name":"Node"},{"kind":"INTERFACE","name":"Versioned"}],"fields":[{"name":"attributes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Attribute","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"category","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"command","type":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}},"args":[]},{"name":"configFiles","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"ConfigFile","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"description","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"domains","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Domain","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"entrypoint","type":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}},"args":[]},{"name":"envVars","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"EnvVar","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"healthcheck","type":{"kind":"OBJECT","name":"Healthcheck","ofType":null},"args":[]},{"name":"history","type":{"kind":"NON_NULL","ofType":{"name":"ChangeConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"id","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"imageName","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"imageTag","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"instances","type":{"kind":"NON_NULL","ofType":{"name":"InstanceConnection","kind":"OBJECT","ofType":null}},"args":[]},{"name":"labels","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Label","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"name","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"networks","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Network","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"ports","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Port","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"resourceLimits","type":{"kind":"OBJECT","name":"ResourceLimits","ofType":null},"args":[]},{"name":"restartPolicy","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"revision","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"user","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"volumes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Volume","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"workingDir","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"OBJECT","name":"TemplateConnection","interfaces":[],"fields":[{"name":"nodes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Template","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"pageInfo","type":{"kind":"NON_NULL","ofType":{"name":"PageInfo","kind":"OBJECT","ofType":null}},"args":[]},{"name":"totalCount","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Trash","interfaces":[],"fields":[{"name":"instances","type":{"kind":"NON_NULL","ofType":{"name":"TrashedInstancePage","kind":"OBJECT","ofType":null}},"args":[]},{"name":"stacks","type":{"kind":"NON_NULL","ofType":{"name":"TrashedStackPage","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"TrashedInstance","interfaces":[],"fields":[{"name":"instance","type":{"kind":"NON_NULL","ofType":{"name":"Instance","kind":"OBJECT","ofType":null}},"args":[]},{"name":"obstacles","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"RestoreObstacle","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"TrashedInstancePage","interfaces":[],"fields":[{"name":"nodes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"TrashedInstance","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"totalCount","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"TrashedStack","interfaces":[],"fields":[{"name":"instanceCount","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"obstacles","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"RestoreObstacle","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"stack","type":{"kind":"NON_NULL","ofType":{"name":"Stack","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"TrashedStackPage","interfaces":[],"fields":[{"name":"nodes","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"TrashedStack","kind":"OBJECT","ofType":null}}}},"args":[]},{"name":"totalCount","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"UpdateInstancePayload","interfaces":[],"fields":[{"name":"instance","type":{"kind":"OBJECT","name":"Instance","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"UpdateStackPayload","interfaces":[],"fields":[{"name":"stack","type":{"kind":"OBJECT","name":"Stack","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]}]},{"kind":"OBJECT","name":"UpdateTemplatePayload","interfaces":[],"fields":[{"name":"template","type":{"kind":"OBJECT","name":"Template","ofType":null},"args":[]},{"name":"userErrors","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"UserError","kind":"INTERFACE","ofType":null}}}},"args":[]},{"name":"warnings","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Warning","kind":"OBJECT","ofType":null}}}},"args":[]}]},{"kind":"INTERFACE","name":"UserError","interfaces":[],"possibleTypes":[{"kind":"OBJECT","name":"ConflictError"},{"kind":"OBJECT","name":"InUseError"},{"kind":"OBJECT","name":"InputError"},{"kind":"OBJECT","name":"NameTakenError"},{"kind":"OBJECT","name":"OwnedByOtherError"},{"kind":"OBJECT","name":"PlanChangedError"},{"kind":"OBJECT","name":"StaleRevisionError"}],"fields":[{"name":"code","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"path","type":{"kind":"NON_NULL","ofType":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}}}},"args":[]},{"name":"suggestion","type":{"kind":"SCALAR","name":"Any"},"args":[]}]},{"kind":"INTERFACE","name":"Versioned","interfaces":[],"possibleTypes":[{"kind":"OBJECT","name":"Instance"},{"kind":"OBJECT","name":"Stack"},{"kind":"OBJECT","name":"Template"}],"fields":[{"name":"history","type":{"kind":"NON_NULL","ofType":{"name":"ChangeConnection","kind":"OBJECT","ofType":null}},"args":[]}]},{"kind":"OBJECT","name":"Viewer","interfaces":[],"fields":[{"name":"key","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"role","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"stacks","type":{"kind":"LIST","ofType":{"kind":"NON_NULL","ofType":{"name":"Stack","kind":"OBJECT","ofType":null}}},"args":[]}]},{"kind":"OBJECT","name":"Volume","interfaces":[],"fields":[{"name":"definition","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"isExternal","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"options","type":{"kind":"SCALAR","name":"Any"},"args":[]},{"name":"readOnly","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"scope","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"source","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"target","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]},{"name":"volumeType","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]},{"kind":"OBJECT","name":"Warning","interfaces":[],"fields":[{"name":"message","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"Any"}},"args":[]}]}],"directives":[]}}`),embedded:`Actor.ApiKey.Attribute.ChangeConnection.ChangeEvent.ClaimEffect.ComposeFile.ComposeVariable.ComposeWarning.ConfigChange.ConfigEffect.ConfigFile.Conflict.ConflictError.ContainerEffect.CreateApiKeyPayload.CreateInstancePayload.CreateStackPayload.DataEffect.Dependency.Domain.DuplicateInstancePayload.DuplicateStackPayload.EffectConnection.EffectiveArguments.EffectiveAttribute.EffectiveConfig.EffectiveConfigFile.EffectiveDependency.EffectiveDomain.EffectiveEnvVar.EffectiveHealthcheck.EffectiveLabel.EffectiveNetwork.EffectivePort.EffectiveResourceLimits.EffectiveRestartPolicy.EffectiveSettings.EffectiveText.EffectiveVolume.Endpoint.EnvVar.FieldChange.ForkStackPayload.GeneratedSecret.Healthcheck.HeartbeatEvent.ImportComposePayload.ImportNote.ImportedInstance.ImportedStack.ImportedTemplate.InUseError.InputError.InstanceConnection.InstanceDiff.InstanceSide.Label.Lease.Mutation.NameTakenError.Network.OverrideStats.OwnedByOtherError.PageInfo.PatchInstanceOverridesPayload.Plan.PlanChangedError.PlanSummary.Port.PurgeInstancePayload.PurgeStackPayload.Query.Reference.ReferenceEffect.ReferenceUseConnection.RemovedEntry.RenameInstancePayload.RenameStackPayload.RenewLeasePayload.ResourceLimits.RestoreInstancePayload.RestoreObstacle.RestoreStackPayload.RestoreVersionPayload.ResyncEvent.RevertChangePayload.RevokeApiKeyPayload.SearchResult.SearchResultConnection.SearchResultEdge.SetSharedVarsPayload.Setting.SharedVar.SoftDeleteInstancePayload.SoftDeleteStackPayload.StackConnection.StackDiff.StaleRevisionError.Subscription.TemplateConnection.Trash.TrashedInstance.TrashedInstancePage.TrashedStack.TrashedStackPage.UpdateInstancePayload.UpdateStackPayload.UpdateTemplatePayload.Viewer.Volume.Warning`.split(`.`)},Kr=d(`idle`),qr=d(!1),Jr=new URL(`graphql`,document.baseURI).href,Yr=`devarch-key`,Xr=Object.fromEntries(Gr.embedded.map(e=>[e,()=>null]));function Zr(e,t,n){for(let t of Object.values(e))for(let e of t?.deletedIds??[])for(let t of[`Stack`,`Instance`,`Template`])n.invalidate({__typename:t,id:e})}function Qr(){return Or({schema:Gr.introspection,keys:Xr,updates:{Subscription:{stackChanges:Zr,changes:Zr}}})}function $r(e,t){let n=e?{authorization:`Bearer ${e}`}:{},r=zt({forwardSubscription:({query:e=``,variables:n})=>({subscribe:r=>({unsubscribe:t.subscribe({query:e,variables:n},{next:e=>r.next(e),error:e=>r.error(e),complete:()=>r.error(Error(`The stream has ended.`))})})})});return new Ut({url:Jr,preferGetMethod:!1,fetchOptions:{headers:n},exchanges:[Qr(),r,Bt]})}function ei(e){let t=Wr({url:Jr.replace(/^http/,`ws`),...e?{connectionParams:{Authorization:`Bearer ${e}`}}:{},lazyCloseTimeout:3e3});return t.on(`connecting`,()=>Kr.get()===`idle`&&Kr.set(`connecting`)),t.on(`connected`,()=>Kr.set(`live`)),t.on(`closed`,e=>Kr.set(e.code===1e3?`idle`:`lost`)),{key:e,client:$r(e,t),socket:t}}var ti=d(ei(sessionStorage.getItem(Yr)));function ni(e){e?sessionStorage.setItem(Yr,e):sessionStorage.removeItem(Yr);let t=ti.get();qr.set(!1),ii=!1,t.socket.dispose(),Kr.set(`idle`),ti.set(ei(e))}var ri=0,ii=!1,ai=()=>ri>0;function oi(){ri+=1;let e=!1;return()=>{e||(e=!0,--ri,ri>0||!ii||(ii=!1,qr.set(!0)))}}function si(e,t){(e.graphQLErrors.some(({extensions:e})=>e.code===`UNAUTHENTICATED`)||e.response?.status===401)&&t===ti.get().client&&(ai()?ii=!0:qr.set(!0))}function ci(e){let{graphQLErrors:t=[],networkError:n}=e;return t[0]?t[0].message:n?`The service does not answer. Trying again.`:e instanceof Error?e.message:String(e)}function li(e){return addEventListener(`hashchange`,e),()=>removeEventListener(`hashchange`,e)}function ui(){let e=(0,l.useSyncExternalStore)(li,()=>location.hash);return(0,l.useMemo)(()=>{let[t=``,n=``]=e.replace(/^#\/?/,``).split(`?`);return{path:t.split(`/`).filter(Boolean).map(di),parameters:new URLSearchParams(n)}},[e])}function di(e){try{return decodeURIComponent(e)}catch{return e}}function M(e,t={}){let n=Object.entries(t).filter(e=>!!e[1]),r=new URLSearchParams(n).toString();return`#/${e.map(encodeURIComponent).join(`/`)}${r&&`?${r}`}`}var N=(e,...t)=>M([`stacks`,e,...t]),fi=(e,t,...n)=>M([`stacks`,e,`instances`,t,...n]),pi=(e,...t)=>M([`templates`,e,...t]);function mi(e){location.hash=e}function hi(e){location.replace(`${location.pathname}${location.search}${e}`)}function gi(e,t){let n=e.get(`before`);if(n)return{before:n,last:t};let r=e.get(`after`);return r?{after:r,first:t}:{first:t}}var _i=e((e=>{var t=Symbol.for(`react.transitional.element`),n=Symbol.for(`react.fragment`);function r(e,n,r){var i=null;if(r!==void 0&&(i=``+r),n.key!==void 0&&(i=``+n.key),`key`in n)for(var a in r={},n)a!==`key`&&(r[a]=n[a]);else r=n;return n=r.ref,{$$typeof:t,type:e,key:i,ref:n===void 0?null:n,props:r}}e.Fragment=n,e.jsx=r,e.jsxs=r})),P=e(((e,t)=>{t.exports=_i()}))(),vi=[[`stacks`,`Stacks`],[`templates`,`Templates`],[`compare`,`Compare`],[`history`,`History`],[`trash`,`Trash`],[`keys`,`Keys`]],yi={idle:`Idle`,connecting:`Connecting`,live:`Live`,lost:`Not live`};function bi({place:e,search:t}){let n=(0,l.useRef)(null),r=f(Kr),i=f(g);return(0,l.useEffect)(()=>{let e=e=>{let t=e.target.closest(`input, textarea, select, dialog`);e.key!==`/`||e.ctrlKey||e.metaKey||e.altKey||t||(e.preventDefault(),n.current?.select(),n.current?.focus())};return addEventListener(`keydown`,e),()=>removeEventListener(`keydown`,e)},[]),(0,P.jsxs)(`header`,{className:`top`,children:[(0,P.jsx)(`a`,{className:`brand`,href:`#/`,children:`DevArch`}),(0,P.jsx)(`nav`,{"aria-label":`Pages`,children:vi.map(([t,n])=>(0,P.jsx)(`a`,{href:M([t]),"aria-current":e===t?`page`:void 0,children:n},t))}),(0,P.jsx)(`form`,{role:`search`,onSubmit:e=>{e.preventDefault(),mi(M([`search`],{q:n.current?.value.trim()}))},children:(0,P.jsx)(`input`,{ref:n,type:`search`,defaultValue:t,"aria-label":`Search`,placeholder:`/ to search, Enter to find`},t)}),(0,P.jsx)(`span`,{className:`lamp ${r}`,role:`status`,title:r===`lost`?`The connection is lost. Trying again.`:void 0,children:yi[r]}),(0,P.jsx)(`button`,{type:`button`,className:`quiet`,onClick:v,"aria-label":`Colours: ${i}`,title:`Colours: ${i}`,children:{system:`◐`,light:`☀`,dark:`☾`}[i]})]})}var xi=new Intl.RelativeTimeFormat(`en`,{numeric:`auto`,style:`short`}),Si=new Intl.DateTimeFormat(`en-GB`,{dateStyle:`medium`,timeStyle:`medium`}),Ci=[[`day`,86400],[`hour`,3600],[`minute`,60]];function wi(e,t){let n=(new Date(e).getTime()-t)/1e3;for(let[e,t]of Ci)if(Math.abs(n)>=t)return xi.format(Math.round(n/t),e);return Math.abs(n)<10?`now`:xi.format(Math.round(n),`second`)}var Ti=e=>Si.format(new Date(e));function Ei({at:e}){let[t,n]=(0,l.useState)(Date.now);return(0,l.useEffect)(()=>{let e=setInterval(()=>n(Date.now()),15e3);return()=>clearInterval(e)},[]),(0,P.jsx)(`time`,{dateTime:e,title:Ti(e),children:wi(e,Math.max(t,Date.now()))})}var Di={ANONYMOUS:`anonymous`,CATALOGUE:`the catalogue`,COMMAND_LINE:`the command line`,KEY:`a key`,SERVICE:`the service`},Oi=({kind:e,name:t})=>t??Di[e]??e,ki=e=>e.toLowerCase().replaceAll(`_`,` `),Ai=(e,t)=>`${e} ${t}${e===1?``:`s`}`,ji={CREATE:`created`,APPLY:`applied to`,DUPLICATE:`copied into`,FORK:`forked into`,IMPORT:`imported`,PURGE:`purged`,REDACT:`redacted`,RENAME:`renamed`,RENEW_LEASE:`renewed the lease of`,RESTORE:`restored`,RESTORE_VERSION:`brought back`,REVERT:`undid a change of`,REVOKE:`revoked`,SOFT_DELETE:`deleted`,UPDATE:`changed`};function Mi({subjectKind:e,subjectName:t,stack:n}){return e===`STACK`?N(t):e===`TEMPLATE`?pi(t):e===`INSTANCE`&&n?fi(n.name,t):void 0}function Ni({text:e}){return e.split("`").map((e,t)=>t%2==1?(0,P.jsx)(`code`,{children:e},t):e)}function Pi({text:e}){return e.split(/(?<=[./:_-])/).map((e,t)=>(0,P.jsxs)(l.Fragment,{children:[t>0&&(0,P.jsx)(`wbr`,{}),e]},t))}function Fi({text:e}){return(0,P.jsx)(`code`,{className:`key`,children:(0,P.jsx)(Pi,{text:e})})}function Ii({of:{imageName:e,imageTag:t}}){return(0,P.jsx)(`code`,{children:(0,P.jsx)(Pi,{text:`${e}:${t}`})})}function Li({change:e}){let t=Mi(e);return(0,P.jsxs)(`span`,{className:`deed`,children:[ji[e.action]??ki(e.action),` `,e.subjectKind===`KEY`?`key `:``,t?(0,P.jsx)(`a`,{href:t,children:e.subjectName}):e.subjectName]})}function Ri({change:e}){return(0,P.jsxs)(`span`,{className:`change-line`,children:[(0,P.jsx)(Li,{change:e}),` `,(0,P.jsxs)(`span`,{className:`muted`,children:[`by `,Oi(e.actor),`, `,(0,P.jsx)(Ei,{at:e.at})]}),e.message&&(0,P.jsx)(`q`,{children:e.message})]})}function zi({changes:e}){return(0,P.jsx)(`ul`,{className:`lines`,"aria-label":`Latest changes`,children:e.map(e=>(0,P.jsx)(`li`,{children:(0,P.jsx)(Ri,{change:e})},e.id))})}function F({tone:e=`plain`,children:t}){return(0,P.jsx)(`span`,{className:`badge ${e}`,children:t})}function Bi({lease:e}){return e.isExpired?(0,P.jsx)(F,{tone:`bad`,children:`lease has ended`}):(0,P.jsxs)(F,{tone:e.isEnding?`caution`:`plain`,children:[`ends `,(0,P.jsx)(Ei,{at:e.expiresAt})]})}function Vi({port:{hostPort:e,containerPort:t,protocol:n}}){let r=`${t}${n===`TCP`?``:`/${n.toLowerCase()}`}`;if(!e)return(0,P.jsxs)(`span`,{className:`port muted`,title:`The engine chooses a port of the host`,children:[`auto → `,r]});let i=`${e} → ${r}`;return n===`TCP`?(0,P.jsx)(`a`,{className:`port`,href:`${t===443||t===8443?`https`:`http`}://${location.hostname}:${e}/`,target:`_blank`,rel:`noreferrer`,children:i}):(0,P.jsx)(`span`,{className:`port`,children:i})}function Hi({tone:e=`plain`,children:t}){return(0,P.jsx)(`div`,{className:`notice ${e}`,role:e===`bad`?`alert`:`status`,children:t})}function Ui({children:e}){return(0,P.jsx)(`p`,{className:`empty`,children:e})}function Wi({text:e,label:t=`Copy`}){let[n,r]=(0,l.useState)(!1),i=async()=>{await navigator.clipboard.writeText(e),r(!0),setTimeout(()=>r(!1),2e3)};return(0,P.jsx)(`button`,{type:`button`,onClick:()=>void i(),children:n?`Copied`:t})}function Gi(e,t){let n=document.createElement(`a`);n.href=URL.createObjectURL(new Blob([t],{type:`application/yaml`})),n.download=e,n.click(),URL.revokeObjectURL(n.href)}var I=(e,...t)=>e.filter(e=>t.every((t,n)=>e.path[n]===t)),Ki=(0,l.createContext)(!1);function qi({label:e,hint:t,problems:n=[],onSuggestion:r,isEmpty:i=!1,isUnfinished:a=!1,beside:o,children:s}){let c=(0,l.useId)(),[u,d]=(0,l.useState)(!1),f=(0,l.useContext)(Ki)&&(a||i&&!u),p=n.length>0&&!f,m=p||t?{"aria-describedby":`${c}-about`}:{};return(0,P.jsxs)(`div`,{className:p?`field invalid`:`field`,children:[(0,P.jsx)(`label`,{htmlFor:c,children:e}),(0,P.jsxs)(`div`,{className:`control`,onInput:()=>d(!0),children:[s({id:c,...m,...p?{"aria-invalid":!0}:{}}),o]}),(p||t)&&(0,P.jsx)(`div`,{className:`about`,id:`${c}-about`,children:p?n.map(({message:e,suggestion:t,code:n},i)=>(0,P.jsxs)(`p`,{className:`problem`,"data-code":n,children:[(0,P.jsx)(Ni,{text:e}),t&&r&&(0,P.jsxs)(`button`,{type:`button`,onClick:()=>r(t),children:[`Use `,t]})]},i)):t})]})}function L({value:e,onChange:t,type:n=`text`,required:r,readOnly:i,placeholder:a,list:o,autoFocus:s,...c}){return(0,P.jsx)(qi,{...c,isEmpty:e===``,onSuggestion:t,children:c=>(0,P.jsx)(`input`,{...c,type:n,value:e,required:r,readOnly:i,placeholder:a,list:o,autoFocus:s,autoComplete:`off`,spellCheck:!1,onChange:({target:e})=>t(e.value)})})}function Ji({wasRefused:e}){let[t,n]=(0,l.useState)(``);return(0,P.jsxs)(`form`,{className:`card narrow`,onSubmit:e=>{e.preventDefault(),ni(t.trim())},children:[(0,P.jsx)(`h1`,{children:`API key`}),e&&(0,P.jsx)(Hi,{tone:`bad`,children:`The key is not valid: unknown, revoked or expired.`}),(0,P.jsx)(L,{label:`Key`,type:`password`,value:t,onChange:n,required:!0,autoFocus:!0,hint:`It begins with devarch_, and is kept in this tab only.`}),(0,P.jsx)(`footer`,{children:(0,P.jsx)(`button`,{type:`submit`,className:`primary`,children:`Continue`})})]})}function Yi(e,t=2e3){let n=()=>{},r,i=0,a=0,o=()=>{a+=1,clearTimeout(r),n(),n=()=>{}},s=()=>{o(),r=setTimeout(c,Math.min(t*2**i,3e4)*(.5+Math.random()/2)),i+=1},c=async()=>{o();let t=a;try{let r=await e.load();if(t!==a||r===null)return;n=e.subscribe(r,{next(n){t===a&&(i=0,n.__typename===`ResyncEvent`&&c(),n.__typename===`ChangeEvent`&&e.show(n))},end(){t===a&&s()}})}catch(n){if(t!==a)return;e.failed?.(n),s()}};return c(),o}var R=class extends String{__apiType;value;__meta__;constructor(e,t){super(e),this.value=e,this.__meta__=t}toString(){return this.value}};new R(`
    fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
    `,{fragmentName:`Entry`}),new R(`
    fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
    fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}`,{fragmentName:`Edit`}),new R(`
    fragment StackDifference on StackDiff {
  same
  fields {
    field
    from
    to
  }
  onlyInA {
    name
    templateName
  }
  onlyInB {
    name
    templateName
  }
  changed {
    name
    fields {
      field
      from
      to
    }
    entries {
      ...Edit
    }
  }
}
    fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}`,{fragmentName:`StackDifference`}),new R(`
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
    `,{fragmentName:`ChangeLine`}),new R(`
    fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}`,{fragmentName:`ChangeDetails`}),new R(`
    fragment HistoryPart on ChangeConnection {
  nodes {
    ...ChangeDetails
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}`,{fragmentName:`HistoryPart`}),new R(`
    fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
    `,{fragmentName:`Since`}),new R(`
    fragment Effective on EffectiveConfig {
  settings {
    imageName {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    imageTag {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    restartPolicy {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    user {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    workingDir {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    command {
      value
      written
      origin
      shadows
      since {
        ...Since
      }
    }
    entrypoint {
      value
      written
      origin
      shadows
      since {
        ...Since
      }
    }
  }
  ports {
    hostIp
    hostPort
    containerPort
    protocol
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  volumes {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  envVars {
    key
    text: value
    wrote: text
    state
    isSecret
    isSet
    generate {
      length
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  labels {
    key
    value
    written {
      ...Entry
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  domains {
    domain
    proxyPort
    written {
      ...Entry
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
    written {
      ...Entry
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  configFiles {
    filePath
    content
    fileMode
    isTemplate
    written {
      ...Entry
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  resourceLimits {
    cpu
    memory
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  attributes {
    name
    json: value
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  networks {
    name
    aliases
    isExternal
    options
    definition
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  dependencies {
    condition
    required
    restart
    instance {
      id
      name
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  removed {
    kind
    key
    by
    entry {
      ...Entry
    }
  }
}
    fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}`,{fragmentName:`Effective`}),new R(`
    fragment Event on StackEvent {
  __typename
  ... on ChangeEvent {
    cursor
    deletedIds
    change {
      ...ChangeLine
    }
    stack {
      id
      name
      description
      enabled
      revision
    }
    instance {
      id
      name
      containerName
      description
      enabled
      revision
      overrideCount
    }
    template {
      id
      name
      category
      imageName
      imageTag
      revision
    }
  }
  ... on HeartbeatEvent {
    cursor
  }
  ... on ResyncEvent {
    cursor
    reason
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}`,{fragmentName:`Event`}),new R(`
    fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
    `,{fragmentName:`Who`}),new R(`
    fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
    `,{fragmentName:`PlanParts`}),new R(`
    fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}`,{fragmentName:`Problem`}),new R(`
    fragment StackInstance on Instance {
  id
  name
  containerName
  description
  enabled
  revision
  overrideCount
  template {
    id
    name
  }
  effectiveConfig {
    imageName
    imageTag
    ports {
      hostIp
      hostPort
      containerPort
      protocol
    }
    dependencies {
      condition
      instance {
        id
        name
      }
    }
  }
  references {
    targetInstance {
      id
      name
    }
  }
}
    `,{fragmentName:`StackInstance`}),new R(`
    fragment StackRow on Stack {
  id
  name
  description
  enabled
  revision
  forkKey
  forkedFrom {
    id
    name
  }
  lease {
    expiresAt
    isEnding
    isExpired
  }
  instances(first: 20) {
    totalCount
    nodes {
      id
      name
      enabled
      effectiveConfig {
        ports {
          hostPort
          containerPort
          protocol
        }
      }
    }
  }
  conflicts {
    message
    instance {
      id
      name
    }
  }
  history(first: 1) {
    nodes {
      ...ChangeLine
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}`,{fragmentName:`StackRow`});var Xi=new R(`
    query ComparePage($a: StackPointInput!, $b: StackPointInput!, $isChosen: Boolean!) {
  changeCursor
  viewer {
    ...Who
  }
  stacks(first: 100) {
    nodes {
      id
      name
    }
  }
  diffStacks(a: $a, b: $b) @include(if: $isChosen) {
    ...StackDifference
  }
}
    fragment StackDifference on StackDiff {
  same
  fields {
    field
    from
    to
  }
  onlyInA {
    name
    templateName
  }
  onlyInB {
    name
    templateName
  }
  changed {
    name
    fields {
      field
      from
      to
    }
    entries {
      ...Edit
    }
  }
}
fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}`),Zi=new R(`
    query HistoryPage($after: String, $before: String, $first: Int, $last: Int) {
  changeCursor
  viewer {
    ...Who
  }
  changes(after: $after, before: $before, first: $first, last: $last) {
    ...HistoryPart
  }
}
    fragment HistoryPart on ChangeConnection {
  nodes {
    ...ChangeDetails
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
}
fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}`),Qi=new R(`
    query StackHistoryPage($stack: String!, $at: PointInput!, $hasAt: Boolean!, $after: String, $before: String, $first: Int, $last: Int) {
  viewer {
    ...Who
  }
  stack(name: $stack) {
    id
    name
    revision
    changeCursor
    versions: history(first: 100) {
      nodes {
        ...ChangeLine
      }
    }
    history(after: $after, before: $before, first: $first, last: $last) {
      ...HistoryPart
    }
    version(at: $at) @include(if: $hasAt) {
      id
      at
      name
      instances {
        id
        name
      }
      diff {
        ...StackDifference
      }
      compose {
        text
      }
    }
  }
}
    fragment StackDifference on StackDiff {
  same
  fields {
    field
    from
    to
  }
  onlyInA {
    name
    templateName
  }
  onlyInB {
    name
    templateName
  }
  changed {
    name
    fields {
      field
      from
      to
    }
    entries {
      ...Edit
    }
  }
}
fragment HistoryPart on ChangeConnection {
  nodes {
    ...ChangeDetails
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
}
fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}`),$i=new R(`
    query InstanceHistoryPage($stack: String!, $instance: String!, $at: PointInput!, $hasAt: Boolean!, $after: String, $before: String, $first: Int, $last: Int) {
  viewer {
    ...Who
  }
  instance(stack: $stack, name: $instance) {
    id
    name
    revision
    stack {
      id
      name
      changeCursor
    }
    versions: history(first: 100) {
      nodes {
        ...ChangeLine
      }
    }
    history(after: $after, before: $before, first: $first, last: $last) {
      ...HistoryPart
    }
    version(at: $at) @include(if: $hasAt) {
      id
      at
      name
      diff {
        ...Edit
      }
    }
  }
}
    fragment HistoryPart on ChangeConnection {
  nodes {
    ...ChangeDetails
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
}
fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}`),ea=new R(`
    query TemplateHistoryPage($template: String!, $after: String, $before: String, $first: Int, $last: Int) {
  changeCursor
  viewer {
    ...Who
  }
  template(name: $template) {
    id
    name
    revision
    history(after: $after, before: $before, first: $first, last: $last) {
      ...HistoryPart
    }
  }
}
    fragment HistoryPart on ChangeConnection {
  nodes {
    ...ChangeDetails
  }
  pageInfo {
    hasNextPage
    hasPreviousPage
    startCursor
    endCursor
  }
}
fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}`),ta=new R(`
    query InstancePage($stack: String!, $name: String!) {
  viewer {
    ...Who
  }
  instance(stack: $stack, name: $name) {
    id
    name
    containerName
    description
    enabled
    revision
    overrideCount
    overrideStats {
      total
      redundant
      dead
    }
    template {
      id
      name
    }
    stack {
      id
      name
      changeCursor
      instances(first: 100) {
        nodes {
          id
          name
        }
      }
    }
    conflicts {
      kind
      value
      message
    }
    history(first: 5) {
      nodes {
        ...ChangeLine
      }
    }
    effectiveConfig {
      ...Effective
    }
  }
}
    fragment Effective on EffectiveConfig {
  settings {
    imageName {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    imageTag {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    restartPolicy {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    user {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    workingDir {
      value
      origin
      shadows
      since {
        ...Since
      }
    }
    command {
      value
      written
      origin
      shadows
      since {
        ...Since
      }
    }
    entrypoint {
      value
      written
      origin
      shadows
      since {
        ...Since
      }
    }
  }
  ports {
    hostIp
    hostPort
    containerPort
    protocol
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  volumes {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  envVars {
    key
    text: value
    wrote: text
    state
    isSecret
    isSet
    generate {
      length
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  labels {
    key
    value
    written {
      ...Entry
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  domains {
    domain
    proxyPort
    written {
      ...Entry
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
    written {
      ...Entry
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  configFiles {
    filePath
    content
    fileMode
    isTemplate
    written {
      ...Entry
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  resourceLimits {
    cpu
    memory
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  attributes {
    name
    json: value
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  networks {
    name
    aliases
    isExternal
    options
    definition
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  dependencies {
    condition
    required
    restart
    instance {
      id
      name
    }
    origin
    since {
      ...Since
    }
    shadows {
      ...Entry
    }
  }
  removed {
    kind
    key
    by
    entry {
      ...Entry
    }
  }
}
fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}`),na=new R(`
    subscription StackChanges($stack: StackRef!, $after: ChangeCursor) {
  stackChanges(stack: $stack, after: $after) {
    ...Event
  }
}
    fragment Event on StackEvent {
  __typename
  ... on ChangeEvent {
    cursor
    deletedIds
    change {
      ...ChangeLine
    }
    stack {
      id
      name
      description
      enabled
      revision
    }
    instance {
      id
      name
      containerName
      description
      enabled
      revision
      overrideCount
    }
    template {
      id
      name
      category
      imageName
      imageTag
      revision
    }
  }
  ... on HeartbeatEvent {
    cursor
  }
  ... on ResyncEvent {
    cursor
    reason
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}`),ra=new R(`
    subscription AllChanges($after: ChangeCursor) {
  changes(after: $after) {
    ...Event
  }
}
    fragment Event on StackEvent {
  __typename
  ... on ChangeEvent {
    cursor
    deletedIds
    change {
      ...ChangeLine
    }
    stack {
      id
      name
      description
      enabled
      revision
    }
    instance {
      id
      name
      containerName
      description
      enabled
      revision
      overrideCount
    }
    template {
      id
      name
      category
      imageName
      imageTag
      revision
    }
  }
  ... on HeartbeatEvent {
    cursor
  }
  ... on ResyncEvent {
    cursor
    reason
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}`),ia=new R(`
    query MakePlan($change: ChangeInput!) {
  plan(change: $change) {
    ...PlanParts
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),z=new R(`
    query FreePort($near: Int!, $protocol: Protocol!) {
  suggestHostPort(near: $near, protocol: $protocol)
}
    `),B=new R(`
    mutation CreateStack($input: CreateStackInput!) {
  result: createStack(input: $input) {
    stack {
      id
      name
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),aa=new R(`
    mutation CreateInstance($input: CreateInstanceInput!) {
  result: createInstance(input: $input) {
    instance {
      id
      name
      stack {
        id
        name
      }
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),oa=new R(`
    mutation UpdateStack($input: UpdateStackInput!) {
  result: updateStack(input: $input) {
    stack {
      id
      name
      description
      enabled
      revision
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),sa=new R(`
    mutation RenameStack($input: RenameStackInput!) {
  result: renameStack(input: $input) {
    stack {
      id
      name
      revision
    }
    warnings {
      message
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),ca=new R(`
    mutation DuplicateStack($input: DuplicateStackInput!) {
  result: duplicateStack(input: $input) {
    stack {
      id
      name
    }
    warnings {
      message
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),la=new R(`
    mutation ForkStack($input: ForkStackInput!) {
  result: forkStack(input: $input) {
    stack {
      id
      name
    }
    warnings {
      message
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),ua=new R(`
    mutation RenewLease($input: RenewLeaseInput!) {
  result: renewLease(input: $input) {
    stack {
      id
      name
      lease {
        expiresAt
        isEnding
        isExpired
      }
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),da=new R(`
    mutation SoftDeleteStack($input: SoftDeleteStackInput!) {
  result: softDeleteStack(input: $input) {
    stack {
      id
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),fa=new R(`
    mutation RestoreStack($input: RestoreStackInput!) {
  result: restoreStack(input: $input) {
    stack {
      id
      name
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),pa=new R(`
    mutation PurgeStack($input: PurgeStackInput!) {
  result: purgeStack(input: $input) {
    purgedId
    warnings {
      message
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),ma=new R(`
    mutation PatchInstanceOverrides($input: PatchInstanceOverridesInput!) {
  result: patchInstanceOverrides(input: $input) {
    instance {
      id
      revision
      overrideCount
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),ha=new R(`
    mutation UpdateInstance($input: UpdateInstanceInput!) {
  result: updateInstance(input: $input) {
    instance {
      id
      name
      description
      enabled
      revision
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),ga=new R(`
    mutation RenameInstance($input: RenameInstanceInput!) {
  result: renameInstance(input: $input) {
    instance {
      id
      name
      revision
      stack {
        id
        name
      }
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),_a=new R(`
    mutation DuplicateInstance($input: DuplicateInstanceInput!) {
  result: duplicateInstance(input: $input) {
    instance {
      id
      name
      stack {
        id
        name
      }
    }
    warnings {
      message
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),va=new R(`
    mutation SoftDeleteInstance($input: SoftDeleteInstanceInput!) {
  result: softDeleteInstance(input: $input) {
    instance {
      id
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),ya=new R(`
    mutation RestoreInstance($input: RestoreInstanceInput!) {
  result: restoreInstance(input: $input) {
    instance {
      id
      name
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),ba=new R(`
    mutation PurgeInstance($input: PurgeInstanceInput!) {
  result: purgeInstance(input: $input) {
    purgedId
    warnings {
      message
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),xa=new R(`
    mutation UpdateTemplate($input: UpdateTemplateInput!) {
  result: updateTemplate(input: $input) {
    template {
      id
      name
      revision
    }
    warnings {
      message
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),Sa=new R(`
    mutation RevertChange($input: RevertChangeInput!) {
  result: revertChange(input: $input) {
    change {
      id
    }
    warnings {
      message
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),Ca=new R(`
    mutation RestoreVersion($input: RestoreVersionInput!) {
  result: restoreVersion(input: $input) {
    change {
      id
    }
    warnings {
      message
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),wa=new R(`
    mutation SetSharedVars($input: SetSharedVarsInput!) {
  result: setSharedVars(input: $input) {
    stack {
      id
      revision
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),Ta=new R(`
    mutation ImportCompose($input: ImportComposeInput!) {
  result: importCompose(input: $input) {
    stack {
      name
      outcome
    }
    instances {
      name
      outcome
    }
    templates {
      name
      outcome
    }
    losses {
      file
      line
      path
      reason
    }
    lossCount
    changes {
      file
      line
      path
      reason
    }
    changeCount
    newVolumes
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),Ea=new R(`
    mutation CreateApiKey($input: CreateApiKeyInput!) {
  result: createApiKey(input: $input) {
    apiKey {
      name
      hint
    }
    token
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),Da=new R(`
    mutation RevokeApiKey($input: RevokeApiKeyInput!) {
  result: revokeApiKey(input: $input) {
    apiKey {
      name
      revokedAt
    }
    userErrors {
      ...Problem
    }
  }
}
    fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Since on Change {
  id
  at
  action
  actor {
    kind
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}
fragment Edit on ConfigChange {
  kind
  key
  change
  from {
    ...Entry
  }
  to {
    ...Entry
  }
}
fragment ChangeDetails on Change {
  ...ChangeLine
  edits {
    ...Edit
  }
  fields {
    field
    from
    to
  }
}
fragment PlanParts on Plan {
  destructive
  token
  validUntil
  summary {
    effects
    entries
    cautions
    destructive
    containersCreated
    containersRecreated
    containersRemoved
  }
  effects(first: 100) {
    nodes {
      __typename
      severity
      message
    }
    pageInfo {
      hasNextPage
    }
  }
  newConflicts {
    message
  }
  solvedConflicts {
    message
  }
}
fragment Problem on UserError {
  __typename
  code
  message
  path
  suggestion
  ... on StaleRevisionError {
    currentRevision
    current {
      __typename
      id
      ... on Versioned {
        history(first: 3) {
          nodes {
            ...ChangeDetails
          }
        }
      }
    }
  }
  ... on ConflictError {
    kind
    key
    since {
      ...Since
    }
  }
  ... on PlanChangedError {
    plan {
      ...PlanParts
      userErrors {
        code
        message
        path
      }
    }
  }
}`),Oa=new R(`
    query TrashPage {
  changeCursor
  viewer {
    ...Who
  }
  trash {
    stacks(first: 50) {
      totalCount
      nodes {
        instanceCount
        stack {
          id
          name
          description
          deletedAt
          revision
        }
        obstacles {
          code
          message
        }
      }
    }
    instances(first: 50) {
      totalCount
      nodes {
        instance {
          id
          name
          deletedAt
          revision
          overrideCount
          stack {
            id
            name
          }
          template {
            id
            name
          }
        }
        obstacles {
          code
          message
        }
      }
    }
  }
}
    fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}`),ka=new R(`
    query KeysPage {
  changeCursor
  viewer {
    ...Who
  }
  stacks(first: 100) {
    nodes {
      id
      name
    }
  }
  apiKeys {
    name
    hint
    role
    requirePlan
    createdAt
    expiresAt
    revokedAt
    stacks {
      id
      name
    }
  }
}
    fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}`),Aa=new R(`
    query SearchPage($text: String!, $hasText: Boolean!, $after: String) {
  changeCursor
  viewer {
    ...Who
  }
  search(text: $text, first: 50, after: $after) @include(if: $hasText) {
    edges {
      cursor
      node {
        node {
          __typename
          id
          ... on Stack {
            name
          }
          ... on Instance {
            name
          }
          ... on Template {
            name
          }
        }
        stack {
          id
          name
        }
        kind
        key
        text
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}`),ja=new R(`
    query References($stack: String!) {
  stack(name: $stack) {
    id
    sharedVars {
      key
      text: value
      isSecret
    }
    instances(first: 100) {
      nodes {
        id
        name
        endpoints {
          reference
          value
        }
        effectiveConfig {
          envVars {
            key
            text: value
            isSecret
          }
        }
      }
    }
  }
}
    `),Ma=new R(`
    query StackPage($name: String!, $after: String, $before: String, $first: Int, $last: Int) {
  viewer {
    ...Who
  }
  stack(name: $name) {
    id
    changeCursor
    name
    description
    enabled
    revision
    networkName
    owners
    forkKey
    forkedFrom {
      id
      name
    }
    forks(first: 20) {
      totalCount
      nodes {
        id
        name
        lease {
          expiresAt
          isEnding
          isExpired
        }
      }
    }
    lease {
      expiresAt
      isEnding
      isExpired
    }
    instances(after: $after, before: $before, first: $first, last: $last) {
      totalCount
      nodes {
        ...StackInstance
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
    conflicts {
      kind
      severity
      value
      message
      instance {
        id
        name
      }
    }
    sharedVars {
      key
      value
      isSecret
      isSet
      inject
      locked
      usedBy(first: 10) {
        nodes {
          instance {
            id
            name
          }
        }
      }
    }
    compose {
      text
      requiredVariables
      variables {
        name
        key
        instance
      }
      warnings {
        instance
        message
      }
    }
    history(first: 5) {
      nodes {
        ...ChangeLine
      }
    }
  }
  templates(first: 100) {
    nodes {
      id
      name
      category
      description
    }
  }
}
    fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment StackInstance on Instance {
  id
  name
  containerName
  description
  enabled
  revision
  overrideCount
  template {
    id
    name
  }
  effectiveConfig {
    imageName
    imageTag
    ports {
      hostIp
      hostPort
      containerPort
      protocol
    }
    dependencies {
      condition
      instance {
        id
        name
      }
    }
  }
  references {
    targetInstance {
      id
      name
    }
  }
}`),Na=new R(`
    query StacksPage($after: String, $before: String, $first: Int, $last: Int) {
  changeCursor
  viewer {
    ...Who
  }
  stacks(after: $after, before: $before, first: $first, last: $last) {
    totalCount
    nodes {
      ...StackRow
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment StackRow on Stack {
  id
  name
  description
  enabled
  revision
  forkKey
  forkedFrom {
    id
    name
  }
  lease {
    expiresAt
    isEnding
    isExpired
  }
  instances(first: 20) {
    totalCount
    nodes {
      id
      name
      enabled
      effectiveConfig {
        ports {
          hostPort
          containerPort
          protocol
        }
      }
    }
  }
  conflicts {
    message
    instance {
      id
      name
    }
  }
  history(first: 1) {
    nodes {
      ...ChangeLine
    }
  }
}`),Pa=new R(`
    query TemplatesPage($category: String, $after: String, $before: String, $first: Int, $last: Int) {
  changeCursor
  viewer {
    ...Who
  }
  templates(
    category: $category
    after: $after
    before: $before
    first: $first
    last: $last
  ) {
    totalCount
    nodes {
      id
      name
      category
      description
      imageName
      imageTag
      revision
      instances(first: 1) {
        totalCount
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
  all: templates(first: 100) {
    nodes {
      id
      category
    }
  }
}
    fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}`),Fa=new R(`
    query TemplatePage($name: String!) {
  changeCursor
  viewer {
    ...Who
  }
  template(name: $name) {
    id
    name
    category
    description
    imageName
    imageTag
    restartPolicy
    user
    workingDir
    command
    entrypoint
    revision
    ports {
      ...Entry
    }
    volumes {
      ...Entry
    }
    envVars {
      ...Entry
    }
    labels {
      ...Entry
    }
    domains {
      ...Entry
    }
    healthcheck {
      ...Entry
    }
    configFiles {
      ...Entry
    }
    resourceLimits {
      ...Entry
    }
    attributes {
      ...Entry
    }
    networks {
      ...Entry
    }
    instances(first: 100) {
      totalCount
      nodes {
        id
        name
        enabled
        overrideCount
        stack {
          id
          name
        }
      }
    }
    history(first: 5) {
      nodes {
        ...ChangeLine
      }
    }
  }
}
    fragment Who on Viewer {
  key
  role
  stacks {
    id
  }
}
fragment ChangeLine on Change {
  id
  at
  action
  subjectKind
  subjectName
  message
  redacted
  revertible
  actor {
    kind
    name
  }
  stack {
    id
    name
  }
}
fragment Entry on ConfigEntry {
  __typename
  ... on Port {
    hostIp
    hostPort
    containerPort
    protocol
  }
  ... on Volume {
    volumeType
    source
    target
    readOnly
    scope
    isExternal
    options
    definition
  }
  ... on EnvVar {
    key
    text: value
    isSecret
    isSet
  }
  ... on SharedVar {
    key
    text: value
    isSecret
    isSet
    inject
    locked
  }
  ... on Label {
    key
    value
  }
  ... on Domain {
    domain
    proxyPort
  }
  ... on Healthcheck {
    test
    intervalSeconds
    timeoutSeconds
    retries
    startPeriodSeconds
    startIntervalSeconds
  }
  ... on ConfigFile {
    filePath
    content
    fileMode
    isTemplate
  }
  ... on ResourceLimits {
    cpu
    memory
  }
  ... on Attribute {
    name
    json: value
  }
  ... on Network {
    name
    aliases
    isExternal
    options
    definition
  }
  ... on Setting {
    field
    value
  }
  ... on Dependency {
    condition
    required
    restart
    instance {
      id
      name
    }
  }
}`);function Ia(e,t,n){let{client:r}=f(ti),i=e.toString(),{stack:a}=n,o=JSON.stringify([i,t,a]),[s,c]=(0,l.useState)({key:o}),u=(0,l.useRef)({variables:t,following:n});u.current={variables:t,following:n};let d=(0,l.useRef)(()=>{});(0,l.useEffect)(()=>{let{variables:e}=u.current,t=()=>r.query(i,e,{requestPolicy:`network-only`}).toPromise();c(e=>e.key===o?e:{key:o});let n=r.query(i,e,{requestPolicy:`cache-only`}).subscribe(e=>{let{data:t}=e,n=e.operation.context.meta?.cacheOutcome===`partial`;t&&!n&&!e.stale&&!e.error&&c({key:o,data:t})}),s,l=0,f=!1,p=e=>{s===void 0&&(s=setTimeout(async()=>{if(s=void 0,ai()){f||p(250);return}l=Date.now();let{error:e}=await t();e&&(si(e,r),f||p(3e3))},Math.max(e,l+1e3-Date.now())))};d.current=()=>p(0);let m=Yi({async load(){let{data:e,error:n}=await t();if(n)throw si(n,r),n;return e?u.current.following.cursor(e)??null:null},subscribe(e,{next:t,end:n}){let i=(a?r.subscription(na.toString(),{stack:{name:a},after:e}):r.subscription(ra.toString(),{after:e})).subscribe(({data:e,error:r})=>{let i=Object.values(e??{}).find(e=>typeof e==`object`);i&&!r?t(i):n()});return()=>i.unsubscribe()},show(e){e.__typename===`ChangeEvent`&&(u.current.following.onEvent?.(e),p(50))},failed:e=>c(t=>({...t,key:o,error:ci(e)}))});return()=>{f=!0,clearTimeout(s),m(),n.unsubscribe()}},[r,o,a,i]);let p=(0,l.useCallback)(()=>d.current(),[]),m=s.key===o?s:void 0;return{data:m?.data,error:m?.error,refetch:p,graphiql:La(i,t)}}function La(e,t){return`./graphiql?${new URLSearchParams({query:e,variables:JSON.stringify(t)})}`}var Ra={SETTING:`setting`,PORT:`port`,VOLUME:`volume`,ENV_VAR:`variable`,LABEL:`label`,DOMAIN:`domain`,HEALTHCHECK:`healthcheck`,CONFIG_FILE:`config file`,RESOURCE_LIMITS:`limits`,ATTRIBUTE:`attribute`,NETWORK:`network`,DEPENDENCY:`dependency`},za=Object.keys(Ra),Ba=e=>Ra[e],Va={IMAGE_NAME:`imageName`,IMAGE_TAG:`imageTag`,RESTART_POLICY:`restartPolicy`,USER:`user`,WORKING_DIR:`workingDir`,COMMAND:`command`,ENTRYPOINT:`entrypoint`},Ha=[`COMMAND`,`ENTRYPOINT`];function Ua(e){let t=JSON.parse(e);return Array.isArray(t)?t.length===0?`(none)`:t.map(e=>/^[\w@%+=:,./-]+$/.test(e)?e:JSON.stringify(e)).join(` `):e}function Wa({hostIp:e,hostPort:t}){return t==null?`chosen at start`:e===`0.0.0.0`?`${t}`:`${e}:${t}`}function Ga({volumeType:e,source:t,scope:n,readOnly:r,isExternal:i}){let a=[e.toLowerCase(),n!==`INSTANCE`&&`scope ${n.toLowerCase()}`,r&&`read-only`,i&&`external`].filter(Boolean);return`${t||`(no name)`} (${a.join(`, `)})`}function Ka({text:e,isSecret:t,isSet:n}){return t?n?`••••••••`:`(secret without a value)`:e??`(from the shell)`}function qa(e){let t=[e.inject===`ON_REFERENCE`&&`not injected`,e.locked&&`locked`].filter(Boolean);return Ka({...e,__typename:`EnvVar`})+(t.length>0?` (${t.join(`, `)})`:``)}function Ja({test:e,intervalSeconds:t,timeoutSeconds:n,retries:r}){return`${e.join(` `)} (every ${t} s, ${n} s at most, ${r} times)`}function Ya({condition:e,required:t,restart:n}){return[e.replace(`SERVICE_`,``).replaceAll(`_`,` `).toLowerCase(),!t&&`optional`,n&&`restarts with it`].filter(Boolean).join(`, `)}function Xa(e){switch(e.__typename){case`Port`:return Wa(e);case`Volume`:return Ga(e);case`EnvVar`:return Ka(e);case`SharedVar`:return qa(e);case`Label`:return e.value;case`Setting`:return Ha.includes(e.field)?Ua(e.value):e.value;case`Domain`:return e.proxyPort?`port ${e.proxyPort}`:`any port`;case`Healthcheck`:return Ja(e);case`ConfigFile`:return`${e.content.length} characters, mode ${e.fileMode}${e.isTemplate?`, template`:``}`;case`ResourceLimits`:return[e.cpu&&`${e.cpu} CPU`,e.memory].filter(Boolean).join(`, `);case`Attribute`:return JSON.stringify(e.json);case`Network`:return[e.isExternal&&`external`,...e.aliases].filter(Boolean).join(`, `)||`no aliases`;case`Dependency`:return Ya(e)}}function Za(e){switch(e.__typename){case`Port`:return`${e.containerPort}/${e.protocol.toLowerCase()}`;case`Volume`:return e.target;case`EnvVar`:case`SharedVar`:case`Label`:return e.key;case`Domain`:return e.domain;case`ConfigFile`:return e.filePath;case`Attribute`:case`Network`:return e.name;case`Setting`:return Va[e.field];case`Dependency`:return e.instance?.name??`(gone)`;default:return``}}var Qa=30;function $a({edits:e,fields:t=[]}){return e.length+t.length===0?null:(0,P.jsxs)(P.Fragment,{children:[(0,P.jsxs)(`ul`,{className:`edits`,children:[t.map(({field:e,from:t,to:n})=>(0,P.jsxs)(`li`,{children:[(0,P.jsx)(`span`,{className:`kind`,children:e}),(0,P.jsx)(to,{texts:t?[t]:[]}),(0,P.jsx)(no,{texts:n?[n]:[]})]},e)),e.slice(0,Qa).map(({kind:e,key:t,from:n,to:r,change:i})=>(0,P.jsxs)(`li`,{children:[(0,P.jsxs)(`span`,{className:`kind`,children:[Ba(e),` `,(0,P.jsx)(eo,{name:t,entry:r[0]??n[0]})]}),(0,P.jsx)(to,{texts:n.map(Xa)}),(0,P.jsx)(no,{texts:r.map(Xa)}),n.length+r.length===0&&(0,P.jsx)(`span`,{className:`muted`,children:i.toLowerCase()})]},`${e} ${t}`))]}),e.length>Qa&&(0,P.jsxs)(`p`,{className:`muted`,children:[`and `,e.length-Qa,` more`]})]})}function eo({name:e,entry:t}){let n=t?Za(t):e;return n&&n!==`*`?(0,P.jsx)(`code`,{children:n}):null}var to=({texts:e})=>e.map((e,t)=>(0,P.jsx)(`del`,{children:e},t)),no=({texts:e})=>e.map((e,t)=>(0,P.jsx)(`ins`,{children:e},t));function ro({diff:{same:e,fields:t,onlyInA:n,onlyInB:r,changed:i},a,b:o}){return e?(0,P.jsx)(Ui,{children:`Nothing differs.`}):(0,P.jsxs)(`div`,{className:`difference`,children:[(0,P.jsx)($a,{edits:[],fields:t}),n.map(({name:e,templateName:t})=>(0,P.jsxs)(`div`,{className:`instance-diff`,children:[(0,P.jsxs)(`h3`,{children:[e,` `,(0,P.jsxs)(F,{tone:`removed`,children:[`only in `,a]})]}),(0,P.jsxs)(`p`,{className:`muted`,children:[`from `,t]})]},e)),r.map(({name:e,templateName:t})=>(0,P.jsxs)(`div`,{className:`instance-diff`,children:[(0,P.jsxs)(`h3`,{children:[e,` `,(0,P.jsxs)(F,{tone:`good`,children:[`only in `,o]})]}),(0,P.jsxs)(`p`,{className:`muted`,children:[`from `,t]})]},e)),i.map(({name:e,fields:t,entries:n})=>(0,P.jsxs)(`div`,{className:`instance-diff`,children:[(0,P.jsx)(`h3`,{children:e}),(0,P.jsx)($a,{edits:n,fields:t})]},e))]})}function io({page:e,title:t,above:n=[],beside:r,children:i}){return(0,l.useEffect)(()=>{document.title=`${t} – DevArch`},[t]),(0,P.jsxs)(P.Fragment,{children:[(0,P.jsxs)(`div`,{className:`title`,children:[n.length>0&&(0,P.jsx)(`nav`,{"aria-label":`Above this page`,children:n.map(([e,t])=>(0,P.jsx)(`a`,{href:e,children:t},e))}),(0,P.jsx)(`h1`,{children:t}),r]}),e.error&&(0,P.jsx)(Hi,{tone:`bad`,children:e.error}),e.data?i(e.data):!e.error&&(0,P.jsx)(Ui,{children:`Loading…`})]})}function ao({title:e,count:t,query:n,actions:r,children:i}){let a=(0,l.useId)();return(0,P.jsxs)(`section`,{"aria-labelledby":a,children:[(0,P.jsxs)(`header`,{children:[(0,P.jsxs)(`h2`,{id:a,children:[e,t!==void 0&&(0,P.jsx)(`span`,{className:`count`,children:t})]}),(0,P.jsxs)(`div`,{className:`actions`,children:[r,n&&(0,P.jsx)(`a`,{className:`query`,href:n,target:`_blank`,rel:`noreferrer`,"aria-label":`Query of ${e} in GraphiQL`,children:`Query`})]})]}),i]})}function oo(e,t){let n={name:e};return t?{version:{stack:n,at:{time:new Date(t).toISOString()}}}:{stack:n}}var so=e=>e===null||!Number.isNaN(Date.parse(e));function co({parameters:e}){let[t,n]=[e.get(`a`)??``,e.get(`b`)??``],[r,i]=[e.get(`aAt`),e.get(`bAt`)],a=t!==``&&n!==``&&so(r)&&so(i),o=Ia(Xi,a?{a:oo(t,r),b:oo(n,i),isChosen:a}:{a:{stack:{name:t}},b:{stack:{name:n}},isChosen:a},{cursor:({changeCursor:e})=>e});return(0,P.jsx)(io,{page:o,title:`Compare`,beside:o.error&&(0,P.jsx)(`a`,{href:M([`compare`]),children:`Choose again`}),children:({stacks:a,diffStacks:s})=>(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(lo,{stacks:a.nodes,a:t,b:n,aAt:r??``,bAt:i??``},`${e}`),s?(0,P.jsx)(ao,{title:`Differences`,query:o.graphiql,children:(0,P.jsx)(ro,{diff:s,a:r?`${t} then`:t,b:i?`${n} then`:n})}):(0,P.jsx)(Ui,{children:`Choose two stacks, or one stack and a time.`})]})})}function lo({stacks:e,...t}){let[n,r]=(0,l.useState)(t),i=(t,i)=>(0,P.jsxs)(`fieldset`,{children:[(0,P.jsx)(`legend`,{children:i}),(0,P.jsx)(qi,{label:`Stack`,children:i=>(0,P.jsxs)(`select`,{...i,required:!0,value:n[t],onChange:({target:e})=>r({...n,[t]:e.value}),children:[(0,P.jsx)(`option`,{value:``,children:`Choose a stack`}),e.map(({id:e,name:t})=>(0,P.jsx)(`option`,{value:t,children:t},e))]})}),(0,P.jsx)(L,{label:`As it was at`,type:`datetime-local`,value:n[`${t}At`],onChange:e=>r({...n,[`${t}At`]:e}),hint:`Empty: as it is now`})]});return(0,P.jsxs)(`form`,{className:`sides card`,onSubmit:e=>{e.preventDefault(),mi(M([`compare`],{...n}))},children:[i(`a`,`First side`),i(`b`,`Second side`),(0,P.jsx)(`footer`,{children:(0,P.jsx)(`button`,{type:`submit`,className:`primary`,children:`Compare`})})]})}var uo=({role:e})=>e!==`READER`,fo=e=>uo(e)&&e.stacks==null,po=({role:e,stacks:t})=>e===`ADMIN`&&t==null,mo=({role:e})=>e===`ADMIN`;function ho({label:e,columns:t,rows:n}){return(0,P.jsxs)(`table`,{role:`table`,"aria-label":e,children:[(0,P.jsx)(`thead`,{role:`rowgroup`,children:(0,P.jsx)(`tr`,{role:`row`,children:t.map((e,t)=>(0,P.jsx)(`th`,{role:`columnheader`,scope:`col`,children:e||(0,P.jsx)(`span`,{className:`unseen`,children:`Actions`})},t))})}),(0,P.jsx)(`tbody`,{role:`rowgroup`,children:n.map(({key:e,cells:n,className:r,below:i})=>(0,P.jsxs)(l.Fragment,{children:[(0,P.jsx)(`tr`,{role:`row`,className:r,children:n.map((e,n)=>(0,P.jsx)(`td`,{role:`cell`,"data-label":t[n],children:e},n))}),i&&(0,P.jsx)(`tr`,{role:`row`,className:`below`,children:(0,P.jsx)(`td`,{role:`cell`,colSpan:t.length,children:i})})]},e))})]})}function go({info:e,to:t}){return!e.hasNextPage&&!e.hasPreviousPage?null:(0,P.jsxs)(`nav`,{className:`pages`,"aria-label":`Pages of the list`,children:[e.hasPreviousPage&&(0,P.jsx)(`a`,{href:t({before:e.startCursor}),children:`Previous page`}),e.hasNextPage&&(0,P.jsx)(`a`,{href:t({after:e.endCursor}),children:`Next page`})]})}var _o={createStack:B,createInstance:aa,updateStack:oa,renameStack:sa,duplicateStack:ca,forkStack:la,renewLease:ua,softDeleteStack:da,restoreStack:fa,purgeStack:pa,patchInstanceOverrides:ma,updateInstance:ha,renameInstance:ga,duplicateInstance:_a,softDeleteInstance:va,restoreInstance:ya,purgeInstance:ba,updateTemplate:xa,revertChange:Sa,restoreVersion:Ca,setSharedVars:wa,importCompose:Ta,createApiKey:Ea,revokeApiKey:Da},vo=e=>[{code:`INVALID_VALUE`,message:ci(e),path:[]}];function yo(){return Array.from(crypto.getRandomValues(new Uint8Array(16)),e=>e.toString(16).padStart(2,`0`)).join(``)}async function bo(e,t){let{client:n}=ti.get(),r={input:{idempotencyKey:yo(),...t}},i=()=>n.mutation(_o[e].toString(),r).toPromise(),{data:a,error:o}=await i();if(o?.networkError&&!o.response&&({data:a,error:o}=await i()),o)return si(o,n),{result:void 0,problems:vo(o)};let s=a?.result,c=(a?.result?.userErrors??[]).map(e=>({...e,path:e.path.slice(1)}));return{result:c.length>0?void 0:s,problems:c}}async function xo(e,t){let{client:n}=ti.get(),r={change:{[e]:t}},{data:i,error:a}=await n.query(ia.toString(),r,{requestPolicy:`network-only`}).toPromise();if(a||!i)return{result:void 0,problems:vo(a)};let o=i.plan.userErrors.map(e=>({...e,path:e.path.slice(2)}));return{result:o.length>0?void 0:i.plan,problems:o}}async function So(e,t){let{data:n}=await ti.get().client.query(z.toString(),{near:e,protocol:t},{requestPolicy:`network-only`}).toPromise();return n?.suggestHostPort??null}var Co=`form :is(input:not([readonly]), select:not([disabled]), textarea)`;function wo({title:e,children:t,onClose:n}){let r=(0,l.useRef)(null),i=(0,l.useId)();return(0,l.useLayoutEffect)(()=>{let e=r.current;e?.showModal();let t=e?.querySelector(Co);return t?.focus(),t instanceof HTMLInputElement&&t.select(),()=>e?.close()},[]),(0,P.jsxs)(`dialog`,{ref:r,"aria-labelledby":i,onClose:()=>!r.current?.open&&n(),children:[(0,P.jsxs)(`header`,{children:[(0,P.jsx)(`h2`,{id:i,children:e}),(0,P.jsx)(`button`,{type:`button`,className:`quiet`,"aria-label":`Close`,onClick:()=>r.current?.close(),children:`✕`})]}),t]})}var To={INFO:`plain`,CAUTION:`caution`,DESTRUCTIVE:`bad`},Eo={INFO:`info`,CAUTION:`caution`,DESTRUCTIVE:`destructive`};function Do({containersCreated:e,containersRecreated:t,containersRemoved:n}){let r=[e&&`${e} created`,t&&`${t} made anew`,n&&`${n} removed`].filter(Boolean);return r.length>0?`Containers: ${r.join(`, `)}.`:`No container is touched.`}function Oo({plan:e}){let{effects:t,summary:n,newConflicts:r,solvedConflicts:i}=e;return(0,P.jsxs)(`div`,{className:`plan`,children:[(0,P.jsxs)(`p`,{children:[(0,P.jsx)(F,{tone:e.destructive?`bad`:`good`,children:e.destructive?`destructive`:`nothing is lost`}),` `,n.effects===0?`It changes nothing.`:Do(n)]}),t.nodes.length>0&&(0,P.jsx)(`ul`,{className:`effects`,"aria-label":`Effects`,children:t.nodes.map(({severity:e,message:t},n)=>(0,P.jsxs)(`li`,{children:[(0,P.jsx)(F,{tone:To[e],children:Eo[e]}),` `,(0,P.jsx)(Ni,{text:t})]},n))}),t.pageInfo.hasNextPage&&(0,P.jsxs)(`p`,{className:`muted`,children:[`The first 100 of `,n.effects,` effects.`]}),(0,P.jsx)(ko,{title:`New conflicts`,conflicts:r.filter(({message:e})=>!t.nodes.some(t=>t.message.endsWith(e)))}),(0,P.jsx)(ko,{title:`Conflicts that it solves`,conflicts:i})]})}function ko({title:e,conflicts:t}){return t.length===0?null:(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`h3`,{children:e}),(0,P.jsx)(`ul`,{children:t.map(({message:e},t)=>(0,P.jsx)(`li`,{children:(0,P.jsx)(Ni,{text:e})},t))})]})}function Ao({problems:e,expected:t}){let n=e.find(({code:e})=>e===`STALE_REVISION`);if(!n)return null;let r=n.current&&`history`in n.current?n.current.history.nodes:[],i=t===void 0?1:(n.currentRevision??t+1)-t;return(0,P.jsxs)(`div`,{className:`notice caution meanwhile`,role:`alert`,children:[(0,P.jsx)(`p`,{children:`It has changed meanwhile:`}),r.slice(0,i).map(e=>(0,P.jsxs)(`div`,{children:[(0,P.jsxs)(`p`,{children:[(0,P.jsx)(Li,{change:e}),` by `,Oi(e.actor),`, `,(0,P.jsx)(Ei,{at:e.at})]}),(0,P.jsx)($a,{edits:e.edits,fields:e.fields})]},e.id))]})}function V({title:e,confirm:t,name:n,initial:r,children:i,fields:a=[],onDone:o,onClose:s}){let[c,u]=(0,l.useState)(r),[d,f]=(0,l.useState)(),[p,m]=(0,l.useState)(!1),[h,g]=(0,l.useState)(!1),[_,v]=(0,l.useState)(!1),[y,b]=(0,l.useState)(!1),x=JSON.stringify(c);(0,l.useEffect)(()=>{let e=!0,t=setTimeout(async()=>{let t=await xo(n,c);e&&(f(t),m(!1))},d?250:0);return m(!0),b(!1),()=>{e=!1,clearTimeout(t)}},[x,n]);let S=d?.result,C=d?.problems??[],ee=C.filter(({path:e,code:t})=>!a.includes(e[0]??``)&&t!==`STALE_REVISION`),w=async()=>{if(!S)return;g(!0);let{result:e,problems:t}=await bo(n,{...c,planToken:S.token});if(g(!1),e){o?.(e),s();return}let r=t.find(({code:e})=>e===`PLAN_CHANGED`)?.plan;f({result:r?.token?r:void 0,problems:t})};return(0,l.useEffect)(()=>{!y||p||h||(b(!1),S?.destructive||w())},[y,p]),(0,P.jsx)(wo,{title:e,onClose:s,children:(0,P.jsxs)(`form`,{className:`sheet`,onSubmit:e=>{e.preventDefault(),v(!0),p?b(!0):h||w()},onInvalidCapture:()=>v(!0),children:[(0,P.jsx)(Ki,{value:!_,children:i?.(c,u,C)}),(0,P.jsxs)(`div`,{className:p?`outcome stale`:`outcome`,"aria-live":`polite`,children:[ee.map(({message:e},t)=>(0,P.jsx)(Hi,{tone:`bad`,children:(0,P.jsx)(Ni,{text:e})},t)),(0,P.jsx)(Ao,{problems:C}),S&&(0,P.jsx)(Oo,{plan:S}),!d&&(0,P.jsx)(`p`,{className:`muted`,children:`Working out what this does…`})]}),(0,P.jsxs)(`footer`,{children:[(0,P.jsx)(`button`,{type:`button`,onClick:s,children:`Cancel`}),(0,P.jsx)(`button`,{type:`submit`,className:S?.destructive?`danger`:`primary`,"aria-disabled":!S||p||h,children:t})]})]})})}function jo({change:e,onClose:t}){return(0,P.jsx)(V,{title:`Undo`,confirm:`Undo this change`,name:`revertChange`,initial:{change:e.id,resolutions:[]},fields:[`change`,`resolutions`],onClose:t,children:(t,n,r)=>{let i=t.resolutions??[],a=e=>n({...t,resolutions:[...Mo(i,e),e]});return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsxs)(`p`,{children:[Oi(e.actor),` `,(0,P.jsx)(Li,{change:e}),`, `,(0,P.jsx)(Ei,{at:e.at}),`.`]}),r.map((e,t)=>(0,P.jsx)(No,{problem:e,onDecide:a},t)),i.length>0&&(0,P.jsx)(`ul`,{className:`lines`,"aria-label":`Decisions`,children:i.map(e=>(0,P.jsxs)(`li`,{children:[(0,P.jsx)(`code`,{children:e.key}),` `,(0,P.jsx)(F,{children:e.take===`KEEP`?`keeps its value`:`goes back`}),` `,(0,P.jsx)(`button`,{type:`button`,onClick:()=>n({...t,resolutions:Mo(i,e)}),children:`Decide again`})]},`${e.kind} ${e.key}`))})]})}})}var Mo=(e,{kind:t,key:n})=>e.filter(e=>e.kind!==t||e.key!==n);function No({problem:e,onDecide:t}){let{message:n,code:r,key:i,kind:a,since:o}=e;return r!==`CHANGED_SINCE`||i===void 0?(0,P.jsx)(`p`,{className:`problem`,children:(0,P.jsx)(Ni,{text:n})}):(0,P.jsxs)(`div`,{className:`notice caution decision`,role:`group`,"aria-label":i,children:[(0,P.jsxs)(`p`,{children:[a&&Ba(a),` `,(0,P.jsx)(`code`,{children:i}),`: `,(0,P.jsx)(Ni,{text:n}),o&&(0,P.jsxs)(`span`,{className:`muted`,children:[` `,(0,P.jsx)(Ei,{at:o.at}),` by `,Oi(o.actor)]})]}),(0,P.jsx)(`button`,{type:`button`,onClick:()=>t({key:i,kind:a,take:`KEEP`}),children:`Keep what is there`}),` `,(0,P.jsx)(`button`,{type:`button`,onClick:()=>t({key:i,kind:a,take:`REVERT`}),children:`Go back all the same`})]})}function Po({changes:e,mayUndo:t}){let[n,r]=(0,l.useState)();return(0,P.jsxs)(P.Fragment,{children:[n&&(0,P.jsx)(jo,{change:n,onClose:()=>r(void 0)}),(0,P.jsx)(ho,{label:`Changes`,columns:[`When`,`Who`,`What`,...t?[``]:[]],rows:e.map(e=>({key:e.id,className:`change`,cells:[(0,P.jsx)(Ei,{at:e.at}),Oi(e.actor),(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Li,{change:e}),e.stack&&e.subjectKind===`INSTANCE`&&(0,P.jsxs)(`span`,{className:`muted`,children:[` `,`in `,(0,P.jsx)(`a`,{href:N(e.stack.name),children:e.stack.name})]}),e.message&&(0,P.jsx)(`q`,{children:e.message}),` `,e.redacted&&(0,P.jsx)(F,{children:`redacted`}),(0,P.jsx)($a,{edits:e.edits,fields:e.fields})]}),...t?[e.revertible&&(0,P.jsx)(`button`,{type:`button`,onClick:()=>r(e),children:`Undo`})]:[]]}))})]})}function Fo({stack:e,instance:t,at:n,name:r,revision:i,onClose:a}){return(0,P.jsx)(V,{title:`Bring back ${r}`,confirm:`Bring this version back`,name:`restoreVersion`,initial:{...e?{stack:e}:{},...t?{instance:t}:{},at:{change:n},expectedRevision:i},onClose:a,children:()=>(0,P.jsx)(`p`,{children:`Nothing is taken out of the history: this is a change that can be undone.`})})}function Io({changes:e,at:t,to:n}){let r=(0,l.useId)(),[i,a]=(0,l.useState)(),o=i===void 0?t:i,s=e.length-1,c=o===null?0:e.findIndex(e=>e.id===o),u=c<0?0:s-c,d=e[s-u];return(0,l.useEffect)(()=>{if(i===void 0)return;if(i===t)return a(void 0);let e=setTimeout(()=>hi(n(i)),200);return()=>clearTimeout(e)},[i,t]),(0,P.jsxs)(`div`,{className:`slider`,children:[(0,P.jsx)(`label`,{htmlFor:r,children:`Version`}),(0,P.jsx)(`input`,{id:r,type:`range`,min:0,max:s,value:u,"aria-valuetext":d&&(u===s?`now`:Ti(d.at)),onChange:({target:t})=>{let n=Number(t.value);a(n===s?null:e[s-n]?.id)}}),(0,P.jsxs)(`p`,{className:`muted`,children:[u===s?`Now`:d&&Ti(d.at),d&&(0,P.jsxs)(P.Fragment,{children:[`, after `,Oi(d.actor),` `,(0,P.jsx)(Li,{change:d})]})]})]})}var Lo=30;function Ro({parameters:e}){let t=Ia(Zi,gi(e,Lo),{cursor:({changeCursor:e})=>e});return(0,P.jsx)(io,{page:t,title:`History`,children:({changes:e,viewer:n})=>(0,P.jsx)(U,{part:e,mayUndo:uo(n),query:t.graphiql,to:e=>M([`history`],e)})})}var zo=e=>e?{at:{change:e},hasAt:!0}:{at:{ago:`PT0S`},hasAt:!1};function Bo({stack:e,parameters:t}){let n=t.get(`at`),r=Ia(Qi,{stack:e,...zo(n),...gi(t,Lo)},{stack:e,cursor:({stack:e})=>e?.changeCursor}),i=Ho(r.data),a=[[M([`stacks`]),`Stacks`],[N(e),e]];return(0,P.jsx)(io,{page:{...r,data:i},title:`History of ${e}`,above:a,children:({stack:t,viewer:i})=>{if(!t)return(0,P.jsxs)(Hi,{children:[`There is no stack “`,e,`”.`]});let{version:a,versions:o,history:s}=t,c=t=>M([`stacks`,e,`history`],t);return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Uo,{changes:o.nodes,at:n,to:e=>c({at:e}),children:a&&(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Wo,{at:a.at,restore:uo(i)&&n?{stack:{id:t.id},at:n,name:e,revision:t.revision}:void 0,children:(0,P.jsx)(Wi,{text:a.compose.text,label:`Copy its Compose file`})}),(0,P.jsx)(ro,{diff:a.diff,a:`then`,b:`${e} now`})]})}),(0,P.jsx)(U,{part:s,mayUndo:uo(i),query:r.graphiql,to:e=>c({at:n,...e})})]})}})}function Vo({stack:e,instance:t,parameters:n}){let r=n.get(`at`),i=Ia($i,{stack:e,instance:t,...zo(r),...gi(n,Lo)},{stack:e,cursor:({instance:e})=>e?.stack.changeCursor}),a=Ho(i.data),o=[[N(e),e],[fi(e,t),t]];return(0,P.jsx)(io,{page:{...i,data:a},title:`History of ${t}`,above:o,children:({instance:n,viewer:a})=>{if(!n)return(0,P.jsxs)(Hi,{children:[`There is no instance “`,t,`” in `,e,`.`]});let{version:o,versions:s,history:c}=n,l=n=>M([`stacks`,e,`instances`,t,`history`],n);return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Uo,{changes:s.nodes,at:r,to:e=>l({at:e}),children:o&&(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Wo,{at:o.at,restore:uo(a)&&r?{instance:{id:n.id},at:r,name:t,revision:n.revision}:void 0}),o.diff.length===0?(0,P.jsx)(Ui,{children:`Nothing differs from now.`}):(0,P.jsx)($a,{edits:o.diff})]})}),(0,P.jsx)(U,{part:c,mayUndo:uo(a),query:i.graphiql,to:e=>l({at:r,...e})})]})}})}function H({template:e,parameters:t}){let n=Ia(ea,{template:e,...gi(t,Lo)},{cursor:({changeCursor:e})=>e});return(0,P.jsx)(io,{page:n,title:`History of ${e}`,above:[[M([`templates`]),`Templates`],[pi(e),e]],children:({template:t,viewer:r})=>t?(0,P.jsx)(U,{part:t.history,mayUndo:po(r),query:n.graphiql,to:t=>M([`templates`,e,`history`],t)}):(0,P.jsxs)(Hi,{children:[`There is no template “`,e,`”.`]})})}function U({part:{nodes:e,pageInfo:t},mayUndo:n,query:r,to:i}){return(0,P.jsxs)(ao,{title:`Changes`,query:r,children:[(0,P.jsx)(Po,{changes:e,mayUndo:n}),(0,P.jsx)(go,{info:t,to:i})]})}function Ho(e){let[t,n]=(0,l.useState)(e);return e&&e!==t&&n(e),e??t}function Uo({changes:e,at:t,to:n,children:r}){return e.length<2?null:(0,P.jsxs)(ao,{title:`Versions`,children:[(0,P.jsx)(Io,{changes:e,at:t,to:n}),t&&r]})}function Wo({at:e,restore:t,children:n}){let[r,i]=(0,l.useState)(!1);return(0,P.jsxs)(`div`,{className:`toolbar`,children:[(0,P.jsxs)(`span`,{children:[`What has changed from `,Ti(e),` until now:`]}),n,t&&(0,P.jsx)(`button`,{type:`button`,onClick:()=>i(!0),children:`Bring this version back`}),r&&t&&(0,P.jsx)(Fo,{...t,onClose:()=>i(!1)})]})}function Go({kind:e,value:t},n){if(e!==`HOST_PORT`)return;let[,r,i]=/:(\d+)\/(\w+)$/.exec(t)??[];return n.effectiveConfig.ports.find(e=>`${e.hostPort}`===r&&e.protocol.toLowerCase()===i)}function Ko({instance:e,mayChange:t}){return e.conflicts.map(n=>(0,P.jsxs)(Hi,{tone:`caution`,children:[(0,P.jsx)(Ni,{text:n.message}),` `,t&&(0,P.jsx)(qo,{conflict:n,instance:e})]},`${n.kind} ${n.value}`))}function qo({conflict:e,instance:t}){let[n,r]=(0,l.useState)(),i=Go(e,t);if(!i?.hostPort)return null;let{hostPort:a,containerPort:o,protocol:s,hostIp:c}=i,u=async()=>{let e=await So(a,s);if(e===null)return r(`There is no free port.`);let{problems:n}=await bo(`patchInstanceOverrides`,{instance:{id:t.id},expectedRevision:t.revision,operations:[{set:{port:{hostPort:e,containerPort:o,protocol:s,hostIp:c}}}]});r(n[0]?.message)};return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`button`,{type:`button`,onClick:()=>void u(),children:`Use a free port`}),n&&(0,P.jsxs)(`span`,{className:`problem`,children:[` `,n]})]})}var Jo=class{values;constructor(e){this.values=e}text=e=>String(this.values[e]??``);optional=e=>this.text(e)||null;number=e=>Number(this.text(e));optionalNumber=e=>this.text(e)===``?null:Number(this.text(e));check=e=>this.values[e]===!0;lines=e=>this.text(e).split(`
`).filter(Boolean);choice=e=>this.text(e)},Yo=(e,t)=>e?.__typename===t?e:void 0,W=(e,t,n=`text`,r={})=>({name:e,label:t,type:n,...r}),Xo=(e,t,n,r={})=>W(e,t,`select`,{options:n,initial:n[0]??``,...r}),Zo={isKey:!0},Qo={optional:!0},$o={SETTING:{fields:[Xo(`field`,`Setting`,Object.keys(Va),Zo),W(`value`,`Value`,`lines`,{hint:`Of the command and the entrypoint: one argument a line; of the restart policy: no, always, unless-stopped or on-failure`})],input(e){let t=e.choice(`field`),n=Ha.includes(t)?e.lines(`value`):e.text(`value`);return{setting:{[Va[t]]:n}}},key:e=>({setting:Yo(e,`Setting`)?.field??`IMAGE_TAG`})},PORT:{fields:[W(`hostPort`,`Host port`,`number`,{hint:`Empty: chosen at start`,...Qo}),W(`containerPort`,`Container port`,`number`,Zo),Xo(`protocol`,`Protocol`,[`TCP`,`UDP`,`SCTP`],Zo),W(`hostIp`,`Host address`,`text`,{initial:`0.0.0.0`})],input:e=>({port:{hostPort:e.optionalNumber(`hostPort`),containerPort:e.number(`containerPort`),protocol:e.choice(`protocol`),hostIp:e.text(`hostIp`)}}),key(e){let{containerPort:t=0,protocol:n=`TCP`}=Yo(e,`Port`)??{};return{port:{containerPort:t,protocol:n}}}},VOLUME:{fields:[W(`target`,`Path in the container`,`text`,Zo),Xo(`volumeType`,`Type`,[`VOLUME`,`BIND`,`TMPFS`,`IMAGE`]),W(`source`,`Source`,`text`,{hint:`Name of the volume, or folder of the host`,...Qo}),Xo(`scope`,`Scope`,[`INSTANCE`,`STACK`,`HOST`]),W(`readOnly`,`Read-only`,`check`),W(`isExternal`,`External`,`check`)],input(e,t){let{options:n,definition:r}=Yo(t,`Volume`)??{};return{volume:{target:e.text(`target`),volumeType:e.choice(`volumeType`),source:e.text(`source`),scope:e.choice(`scope`),readOnly:e.check(`readOnly`),isExternal:e.check(`isExternal`),options:n??null,definition:r??null}}},key:e=>({volume:Yo(e,`Volume`)?.target??``})},ENV_VAR:{fields:[W(`key`,`Name`,`text`,Zo),W(`value`,`Value`,`area`,{hint:`A secret that is left empty keeps its value`,...Qo}),W(`isSecret`,`Secret`,`check`),W(`generate`,`Generate a new secret`,`check`,{hint:`A random value in place of the one above`})],input(e,t){if(e.check(`generate`))return{envVar:{key:e.text(`key`),generate:{},value:null}};let n=e.check(`isSecret`),r=e.text(`value`),i={key:e.text(`key`),isSecret:n};if(n&&r===``)return{envVar:i};let a=r===``&&Yo(t,`EnvVar`)?.text===null;return{envVar:{...i,value:a?null:r}}},key:e=>({envVar:Yo(e,`EnvVar`)?.key??``})},DOMAIN:{fields:[W(`domain`,`Domain`,`text`,Zo),W(`proxyPort`,`Port`,`number`,Qo)],input:e=>({domain:{domain:e.text(`domain`),proxyPort:e.optionalNumber(`proxyPort`)}}),key:e=>({domain:Yo(e,`Domain`)?.domain??``})},DEPENDENCY:{fields:[W(`instance`,`Instance`,`instance`,Zo),Xo(`condition`,`Waits until it is`,[`SERVICE_STARTED`,`SERVICE_HEALTHY`,`SERVICE_COMPLETED_SUCCESSFULLY`]),W(`required`,`Required`,`check`,{initial:!0}),W(`restart`,`Restarts with it`,`check`)],input:e=>({dependency:{instance:{id:e.text(`instance`)},condition:e.choice(`condition`),required:e.check(`required`),restart:e.check(`restart`)}}),key:e=>({dependency:{id:Yo(e,`Dependency`)?.instance?.id??``}})},HEALTHCHECK:{fields:[W(`test`,`Test`,`lines`,{hint:`CMD or CMD-SHELL, then one argument a line`}),W(`intervalSeconds`,`Interval (s)`,`number`,{initial:`30`}),W(`timeoutSeconds`,`Timeout (s)`,`number`,{initial:`10`}),W(`retries`,`Retries`,`number`,{initial:`3`}),W(`startPeriodSeconds`,`Start period (s)`,`number`,{initial:`0`}),W(`startIntervalSeconds`,`Start interval (s)`,`number`,Qo)],input:e=>({healthcheck:{test:e.lines(`test`),intervalSeconds:e.number(`intervalSeconds`),timeoutSeconds:e.number(`timeoutSeconds`),retries:e.number(`retries`),startPeriodSeconds:e.number(`startPeriodSeconds`),startIntervalSeconds:e.optionalNumber(`startIntervalSeconds`)}}),key:()=>({healthcheck:!0})},RESOURCE_LIMITS:{fields:[W(`cpu`,`CPU`,`text`,Qo),W(`memory`,`Memory`,`text`,{hint:`Such as 512m`,...Qo})],input:e=>({resourceLimits:{cpu:e.optional(`cpu`),memory:e.optional(`memory`)}}),key:()=>({resourceLimits:!0})},CONFIG_FILE:{fields:[W(`filePath`,`Path`,`text`,Zo),W(`content`,`Content`,`area`,Qo),W(`fileMode`,`Mode`,`text`,{initial:`0644`}),W(`isTemplate`,`Has variables`,`check`)],input:e=>({configFile:{filePath:e.text(`filePath`),content:e.text(`content`),fileMode:e.text(`fileMode`),isTemplate:e.check(`isTemplate`)}}),key:e=>({configFile:Yo(e,`ConfigFile`)?.filePath??``})},NETWORK:{fields:[W(`name`,`Name`,`text`,Zo),W(`aliases`,`Aliases`,`lines`,{hint:`One a line`,...Qo}),W(`isExternal`,`External`,`check`)],input(e,t){let{options:n,definition:r}=Yo(t,`Network`)??{};return{network:{name:e.text(`name`),aliases:e.lines(`aliases`),isExternal:e.check(`isExternal`),options:n??null,definition:r??null}}},key:e=>({network:Yo(e,`Network`)?.name??``})},ATTRIBUTE:{fields:[W(`name`,`Name`,`text`,Zo),W(`value`,`Value`,`json`,{hint:`JSON`})],input:e=>({attribute:{name:e.text(`name`),value:es(e.text(`value`))}}),key:e=>({attribute:Yo(e,`Attribute`)?.name??``})},LABEL:{fields:[W(`key`,`Key`,`text`,Zo),W(`value`,`Value`,`text`,Qo)],input:e=>({label:{key:e.text(`key`),value:e.text(`value`)}}),key:e=>({label:Yo(e,`Label`)?.key??``})}};function es(e){try{return JSON.parse(e)}catch{return e}}function ts(e,t){let{fields:n}=$o[e],r=Object.fromEntries(n.map(({name:e,initial:t,type:n})=>[e,t??(n!==`check`&&``)]));return t?{...r,...ns(t,n)}:r}function ns(e,t){return e.__typename===`Setting`?{field:e.field,value:rs(e.field,e.value)}:e.__typename===`Dependency`?{...is(e,t),instance:e.instance?.id??``}:e.__typename===`EnvVar`?{key:e.key,value:e.text??``,isSecret:e.isSecret}:e.__typename===`Attribute`?{name:e.name,value:JSON.stringify(e.json)}:is(e,t)}function rs(e,t){let n=Ha.includes(e)?es(t):void 0;return Array.isArray(n)?n.join(`
`):t}function is(e,t){let n=e;return Object.fromEntries(t.map(({name:e})=>{let t=n[e];return Array.isArray(t)?[e,t.join(`
`)]:[e,typeof t==`boolean`?t:String(t??``)]}))}var as=(e,t,n)=>$o[e].input(new Jo(t),n),os=(e,t)=>$o[e].key(t);function ss(e,t,n){let{origin:r,since:i,shadows:a,written:o=n}=t,[s,c]=[Xa(n),Xa(o)],l={kind:e,key:Za(o),entry:o,text:s,origin:r,since:i,shadows:a.map(Xa)};return c===s?l:{...l,written:c}}function cs(e){let t=ss(`DOMAIN`,e,{...e,__typename:`Domain`});return t.key===e.domain?t:{...t,text:`${e.domain}, ${t.text}`}}var ls=e=>typeof e==`string`?e:JSON.stringify(e);function us(e){return Object.entries(Va).flatMap(([t,n])=>{let{value:r,written:i=r,shadows:a,origin:o,since:s}=e[n];if(r==null&&a==null)return[];let c=e=>({__typename:`Setting`,field:t,value:e==null?``:ls(e)}),l=c(i),u=r==null?`(that of the image)`:Xa(c(r));return[{kind:`SETTING`,key:n,entry:l,text:u,...r!=null&&Xa(l)!==u?{written:Xa(l)}:{},origin:o,since:s,shadows:a==null?[]:[Xa(c(a))]}]})}function ds(e){let{wrote:t,text:n,isSecret:r,isSet:i,state:a}=e,o=ss(`ENV_VAR`,e,{...e,__typename:`EnvVar`});if(e.generate)return{...o,text:`${o.text} (generated)`};if(t===null||t===n&&a===`RESOLVED`)return o;let s=a===`UNRESOLVED`,c={...e,text:t,isSecret:!1,isSet:!0,__typename:`EnvVar`},l=s?`(no value)`:Xa({...e,isSecret:r,isSet:i,__typename:`EnvVar`});return{...o,entry:c,text:l,written:t,isUnresolved:s}}function fs(e){let{healthcheck:t,resourceLimits:n,dependencies:r}=e,i=[...us(e.settings),...e.ports.map(e=>ss(`PORT`,e,{...e,__typename:`Port`})),...e.volumes.map(e=>ss(`VOLUME`,e,{...e,__typename:`Volume`})),...e.envVars.map(ds),...e.domains.map(cs),...r.map(e=>ss(`DEPENDENCY`,e,{...e,__typename:`Dependency`})),...t?[ss(`HEALTHCHECK`,t,{...t,__typename:`Healthcheck`})]:[],...n?[ss(`RESOURCE_LIMITS`,n,{...n,__typename:`ResourceLimits`})]:[],...e.configFiles.map(e=>ss(`CONFIG_FILE`,e,{...e,__typename:`ConfigFile`})),...e.networks.map(e=>ss(`NETWORK`,e,{...e,__typename:`Network`})),...e.attributes.map(e=>ss(`ATTRIBUTE`,e,{...e,__typename:`Attribute`})),...e.labels.map(e=>ss(`LABEL`,e,{...e,__typename:`Label`}))],a=({origin:e})=>e===`SYSTEM`;return[...i.filter(e=>!a(e)),...e.removed.map(ps),...i.filter(a)]}function ps({kind:e,entry:t}){return{kind:e,key:Za(t),entry:t,text:Xa(t),origin:`REMOVED`,shadows:[],since:void 0}}function ms(e,t,n){let r=n.map(({name:e})=>e);return e.path.findLast(e=>r.includes(e))===t.name}var hs=(e,t)=>t.some(n=>ms(e,n,t));function gs({fields:e,values:t,onChange:n,problems:r,isKeyFixed:i,instances:a,takesFocus:o=!1,beside:s={}}){let c=e.find(({isKey:e})=>!(i&&e));return(0,P.jsx)(`div`,{className:`fields`,children:e.map(l=>{let u=e=>n({...t,[l.name]:e}),d=i&&l.isKey;return(0,P.jsx)(qi,{label:l.label,hint:l.hint,problems:r.filter(t=>ms(t,l,e)),onSuggestion:u,isEmpty:(t[l.name]??``)===``,beside:s[l.name],children:e=>(0,P.jsx)(_s,{field:l,value:t[l.name]??``,set:u,isFixed:d,instances:a,attributes:{...e,autoFocus:o&&l===c}})},l.name)})})}function _s({field:e,value:t,set:n,isFixed:r,instances:i,attributes:a}){let o=String(t),s=!e.optional;switch(e.type){case`check`:return(0,P.jsx)(`input`,{...a,type:`checkbox`,checked:t===!0,onChange:({target:e})=>n(e.checked)});case`select`:return(0,P.jsx)(`select`,{...a,value:o,disabled:r,onChange:({target:e})=>n(e.value),children:e.options?.map(e=>(0,P.jsx)(`option`,{value:e,children:ki(e)},e))});case`instance`:return(0,P.jsxs)(`select`,{...a,value:o,disabled:r,required:!0,onChange:({target:e})=>n(e.value),children:[(0,P.jsx)(`option`,{value:``,children:`Choose an instance`}),i.map(({id:e,name:t})=>(0,P.jsx)(`option`,{value:e,children:t},e))]});case`area`:case`lines`:case`json`:return(0,P.jsx)(`textarea`,{...a,value:o,rows:Math.min(12,Math.max(1,o.split(`
`).length)),required:s,spellCheck:!1,onChange:({target:e})=>n(e.value)});default:return(0,P.jsx)(`input`,{...a,type:e.type,value:o,readOnly:r,required:s,autoComplete:`off`,spellCheck:!1,onChange:({target:e})=>n(e.value)})}}var vs=(e,t)=>t.map(({key:t,isSecret:n,text:r})=>({text:`\${{${e}.${t}}}`,meaning:n?`a secret`:r??`from the shell`}));async function ys(e,t){let{data:n}=await ti.get().client.query(ja.toString(),{stack:e},{requestPolicy:`network-only`}).toPromise();if(!n?.stack)return[];let{sharedVars:r,instances:i}=n.stack;return[...vs(`shared`,r),...i.nodes.flatMap(({id:e,name:n,endpoints:r,effectiveConfig:i})=>{let a=e===t?`self`:n;return[...r.map(({reference:e,value:t})=>({text:e.replace(`{{${n}:`,`{{${a}:`),meaning:t})),...vs(a,i.envVars)]})]}function bs({stack:e,instance:t}){let n=(0,l.useId)(),r=(0,l.useRef)(null),[i,a]=(0,l.useState)(!1),[o,s]=(0,l.useState)(),c=()=>r.current?.parentElement?.querySelector(`textarea, input`);(0,l.useEffect)(()=>{if(!i)return;let n=!0;return ys(e,t).then(e=>n&&s(e)),()=>{n=!1}},[i,e,t]);let u=()=>{a(!1),c()?.focus()},d=e=>{let t=c();t&&o?.some(t=>t.text===e)&&(t.setRangeText(e,t.selectionStart,t.selectionEnd,`end`),t.dispatchEvent(new Event(`input`,{bubbles:!0})),u())};return(0,P.jsx)(`span`,{ref:r,className:`refer`,children:i?(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`input`,{autoFocus:!0,list:n,"aria-label":`Refer to`,placeholder:o?`${o.length} names: type a part`:`Loading…`,autoComplete:`off`,spellCheck:!1,onChange:({target:e})=>d(e.value),onKeyDown:e=>{e.key===`Enter`&&e.preventDefault(),e.key===`Escape`&&(e.preventDefault(),e.stopPropagation(),u())}}),(0,P.jsx)(`datalist`,{id:n,children:o?.map(({text:e,meaning:t})=>(0,P.jsx)(`option`,{value:e,label:`${e} – ${t}`},e))})]}):(0,P.jsx)(`button`,{type:`button`,onClick:()=>a(!0),children:`Refer to…`})})}var xs={ENV_VAR:`value`,LABEL:`value`,DOMAIN:`domain`,HEALTHCHECK:`test`,CONFIG_FILE:`content`};function Ss({instance:e,row:t,onClose:n}){let[r,i]=(0,l.useState)(t?.kind??`ENV_VAR`),[a]=(0,l.useState)(t?.entry),[o,s]=(0,l.useState)(()=>ts(r,a)),[c,u]=(0,l.useState)(e.revision),[d,f]=(0,l.useState)([]),[p,m]=(0,l.useState)(!1),{fields:h}=$o[r],g=t&&r===`DOMAIN`?void 0:xs[r],_=async t=>{m(!0);let{result:i,problems:s}=await bo(`patchInstanceOverrides`,{instance:{id:e.id},expectedRevision:t,operations:[{set:as(r,o,a)}]});m(!1),f(s),i&&n()},v=d.find(({code:e})=>e===`STALE_REVISION`),y=d.filter(e=>e!==v&&!hs(e,h)),b=async()=>{let e=await So(Number(o.hostPort)||Number(o.containerPort)||8080,o.protocol);e!==null&&s(t=>({...t,hostPort:String(e)}))};return(0,P.jsxs)(`form`,{className:`editor`,"aria-label":t?`Override ${Ba(r)} ${t.key}`:`Add override`,onSubmit:e=>{e.preventDefault(),_(c)},onKeyDown:({key:e})=>{e===`Escape`&&n()},children:[!t&&(0,P.jsx)(qi,{label:`Kind`,children:e=>(0,P.jsx)(`select`,{...e,autoFocus:!0,value:r,onChange:({target:e})=>{let t=e.value;i(t),s(ts(t,void 0)),f([])},children:za.map(e=>(0,P.jsx)(`option`,{value:e,children:Ba(e)},e))})}),(0,P.jsx)(gs,{fields:h,values:o,onChange:s,problems:d,isKeyFixed:t!==void 0,takesFocus:t!==void 0,instances:e.stack.instances.nodes.filter(({id:t})=>t!==e.id),beside:{hostPort:(0,P.jsx)(`button`,{type:`button`,onClick:()=>void b(),children:`Free port`}),...g?{[g]:(0,P.jsx)(bs,{stack:e.stack.name,instance:e.id})}:{}}}),y.map(({message:e},t)=>(0,P.jsx)(Hi,{tone:`bad`,children:(0,P.jsx)(Ni,{text:e})},t)),(0,P.jsx)(Ao,{problems:d,expected:c}),(0,P.jsxs)(`footer`,{children:[(0,P.jsx)(`button`,{type:`button`,onClick:n,children:v?`Keep theirs`:`Cancel`}),v?(0,P.jsx)(`button`,{type:`button`,className:`danger`,disabled:p,onClick:()=>{let t=v.currentRevision??e.revision;u(t),_(t)},children:`Save mine over it`}):(0,P.jsx)(`button`,{type:`submit`,className:`primary`,disabled:p,children:`Save`})]})]})}var Cs={TEMPLATE:`template`,STACK:`stack`,INSTANCE:`instance`,SYSTEM:`system`,REMOVED:`removed`},ws=({kind:e,key:t})=>`${Ba(e)} ${t}`.trim(),Ts=({kind:e,key:t,origin:n,text:r})=>`${e} ${t} ${n===`REMOVED`?n:``} ${e===`PORT`?r:``}`;function Es({instance:e,mayChange:t,query:n}){let r=(0,l.useMemo)(()=>fs(e.effectiveConfig),[e.effectiveConfig]),[i,a]=(0,l.useState)(),[o,s]=(0,l.useState)(),c=(0,l.useRef)(null),u=e=>t=>{c.current=t.currentTarget,a(i===e?void 0:e)},d=()=>{a(void 0),c.current?.focus()},f=async t=>{let n=e.revision,{problems:r}=await bo(`patchInstanceOverrides`,{instance:{id:e.id},expectedRevision:n,operations:[t]});s(r.length>0?{problems:r,expected:n}:void 0)},p=e=>{let t=ws(e),n=()=>os(e.kind,e.entry),r=(0,P.jsx)(`button`,{type:`button`,"aria-label":`Reset ${t}`,onClick:()=>void f({reset:{entry:n()}}),children:`Reset`});if(e.origin===`SYSTEM`)return null;if(e.origin===`REMOVED`)return r;let a=e.origin===`INSTANCE`;return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`button`,{type:`button`,"aria-expanded":i===Ts(e),"aria-label":`${a?`Edit`:`Override`} ${t}`,onClick:u(Ts(e)),children:a?`Edit`:`Override`}),a&&r,e.kind!==`SETTING`&&(0,P.jsx)(`button`,{type:`button`,"aria-label":`Remove ${t}`,onClick:()=>void f({remove:n()}),children:`Remove`})]})};return(0,P.jsxs)(ao,{title:`Effective configuration`,count:r.length,query:n,actions:t&&(0,P.jsx)(`button`,{type:`button`,"aria-expanded":i===`new`,onClick:u(`new`),children:`Add override`}),children:[(0,P.jsxs)(`p`,{className:`legend`,children:[Object.values(Cs).map(e=>(0,P.jsx)(F,{tone:e,children:e},e)),(0,P.jsx)(`span`,{className:`muted`,children:`where a value comes from; what it shadows is struck out`})]}),o&&(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Ao,{...o}),o.problems.filter(({code:e})=>e!==`STALE_REVISION`).map(({message:e},t)=>(0,P.jsx)(Hi,{tone:`bad`,children:(0,P.jsx)(Ni,{text:e})},t))]}),i===`new`&&(0,P.jsx)(Ss,{instance:e,onClose:d}),(0,P.jsx)(ho,{label:`Effective configuration`,columns:[`Kind`,`Key`,`Value`,`Origin`,`Since`,...t?[``]:[]],rows:r.map(n=>({key:Ts(n),className:`entry ${Cs[n.origin]}`,cells:[...Ds(n),...t?[(0,P.jsx)(`span`,{className:`row-actions`,children:p(n)})]:[]],below:i===Ts(n)&&(0,P.jsx)(Ss,{instance:e,row:n,onClose:d})}))})]})}function Ds({kind:e,key:t,text:n,written:r,isUnresolved:i,origin:a,shadows:o,since:s}){return[Ba(e),t?(0,P.jsx)(Fi,{text:t}):null,(0,P.jsxs)(`span`,{className:`value`,children:[a===`REMOVED`?(0,P.jsx)(`del`,{children:n}):(0,P.jsx)(`span`,{className:`current`,children:n}),r!==void 0&&(0,P.jsx)(`code`,{className:`muted`,children:r}),i&&(0,P.jsx)(F,{tone:`bad`,children:`no value`}),o.map((e,t)=>(0,P.jsx)(`del`,{children:e},t))]}),(0,P.jsx)(F,{tone:Cs[a],children:Cs[a]}),s?(0,P.jsxs)(`span`,{className:`muted`,children:[(0,P.jsx)(Ei,{at:s.at}),` by `,Oi(s.actor)]}):null]}var Os=d(void 0);function ks(e,t){mi(e),Os.set({...t,place:location.hash})}async function As({kind:e,id:t}){let n={[e]:{id:t}},r=e===`stack`?`restoreStack`:`restoreInstance`,i=await xo(r,n);return i.result?(await bo(r,{...n,planToken:i.result.token})).problems:i.problems}function js(){let e=f(Os);return e&&e.place===location.hash?(0,P.jsx)(Ms,{...e},e.id):null}function Ms(e){let{name:t,address:n}=e,[r,i]=(0,l.useState)([]),[a,o]=(0,l.useState)(!1);(0,l.useEffect)(()=>()=>Os.set(void 0),[]);let s=async()=>{o(!0);let t=await As(e);o(!1),i(t),t.length===0&&mi(n)};return(0,P.jsxs)(Hi,{children:[(0,P.jsx)(Ni,{text:`\`${t}\` is in the trash.`}),` `,(0,P.jsx)(`button`,{type:`button`,disabled:a,onClick:()=>void s(),children:`Undo`}),` `,(0,P.jsx)(`button`,{type:`button`,onClick:()=>Os.set(void 0),children:`Dismiss`}),r.map(({message:e},t)=>(0,P.jsx)(`p`,{className:`problem`,role:`alert`,children:(0,P.jsx)(Ni,{text:e})},t))]})}function Ns({change:e,instance:t,onClose:n}){let{id:r,name:i,revision:a,stack:o}=t,s={id:r},c=e=>e.instance&&mi(fi(o.name,e.instance.name));switch(e){case`duplicate`:return(0,P.jsx)(V,{title:`Duplicate ${i}`,confirm:`Duplicate instance`,name:`duplicateInstance`,initial:{instance:s,name:`${i}-copy`},fields:[`name`],onDone:c,onClose:n,children:(e,t,n)=>(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name??``,onChange:n=>t({...e,name:n}),problems:I(n,`name`)})});case`rename`:return(0,P.jsx)(V,{title:`Rename ${i}`,confirm:`Rename instance`,name:`renameInstance`,initial:{instance:s,name:i,expectedRevision:a},fields:[`name`],onDone:c,onClose:n,children:(e,t,n)=>(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name,onChange:n=>t({...e,name:n}),problems:I(n,`name`)})});case`describe`:return(0,P.jsx)(V,{title:`Describe ${i}`,confirm:`Save description`,name:`updateInstance`,initial:{instance:s,description:t.description,expectedRevision:a},fields:[`description`],onClose:n,children:(e,t,n)=>(0,P.jsx)(L,{label:`Description`,value:e.description??``,onChange:n=>t({...e,description:n}),problems:I(n,`description`)})});case`enable`:case`disable`:{let t=e===`enable`;return(0,P.jsx)(V,{title:t?`Enable ${i}`:`Disable ${i}`,confirm:t?`Enable instance`:`Disable instance`,name:`updateInstance`,initial:{instance:s,enabled:t,expectedRevision:a},onClose:n})}case`delete`:return(0,P.jsx)(V,{title:`Delete ${i}`,confirm:`Move to the trash`,name:`softDeleteInstance`,initial:{instance:s,expectedRevision:a},onDone:()=>ks(N(o.name),{kind:`instance`,id:r,name:i,address:fi(o.name,i)}),onClose:n})}}function Ps({stack:e,name:t}){let n=Ia(ta,{stack:e,name:t},{stack:e,cursor:({instance:e})=>e?.stack.changeCursor,onEvent({instance:r,stack:i}){let a=n.data?.instance;if(!a)return;let o=r?.id===a.id&&r.name!==t,s=i?.id===a.stack.id&&i.name!==e;(o||s)&&hi(fi(i?.name??e,o?r.name:t))}}),[r,i]=(0,l.useState)(),a=[[M([`stacks`]),`Stacks`],[N(e),e]];return(0,P.jsx)(io,{page:n,title:t,above:a,children:({instance:a,viewer:o})=>a?(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Fs,{instance:a}),uo(o)&&(0,P.jsxs)(`div`,{className:`toolbar`,children:[[`duplicate`,`rename`,`describe`,a.enabled?`disable`:`enable`,`delete`].map(e=>(0,P.jsx)(`button`,{type:`button`,onClick:()=>i(e),children:e[0]?.toUpperCase()+e.slice(1)},e)),(0,P.jsx)(`a`,{className:`button`,href:fi(e,t,`history`),children:`History`})]}),r&&(0,P.jsx)(Ns,{change:r,instance:a,onClose:()=>i(void 0)}),(0,P.jsx)(Ko,{instance:a,mayChange:uo(o)}),(0,P.jsx)(Es,{instance:a,mayChange:uo(o),query:n.graphiql}),(0,P.jsx)(ao,{title:`Latest changes`,children:(0,P.jsx)(zi,{changes:a.history.nodes})})]}):(0,P.jsxs)(Hi,{children:[`There is no instance “`,t,`” in `,(0,P.jsx)(`a`,{href:N(e),children:e}),`. It may be in the`,` `,(0,P.jsx)(`a`,{href:M([`trash`]),children:`trash`}),`, or have another name.`]})})}function Fs({instance:e}){let{containerName:t,description:n,enabled:r,template:i,overrideStats:a}=e,{total:o,redundant:s,dead:c}=a;return(0,P.jsxs)(`div`,{className:`about-it`,children:[n&&(0,P.jsx)(`p`,{children:n}),(0,P.jsxs)(`p`,{className:`muted`,children:[`Container `,(0,P.jsx)(`code`,{children:t}),` from `,(0,P.jsx)(`a`,{href:pi(i.name),children:i.name}),` `,!r&&(0,P.jsx)(F,{children:`disabled`}),` `,o>0&&(0,P.jsx)(F,{tone:`instance`,children:Ai(o,`override`)}),` `,s+c>0&&(0,P.jsxs)(F,{children:[s+c,` without effect`]})]})]})}var Is=[[`READER`,`reader: sees everything but secrets`],[`EDITOR`,`editor: also changes stacks and instances`],[`ADMIN`,`admin: also templates, secrets, purges and keys`]];function Ls({stacks:e,isFirst:t,onClose:n}){let[r,i]=(0,l.useState)(``),[a,o]=(0,l.useState)(t?`ADMIN`:`READER`),[s,c]=(0,l.useState)(!1),[u,d]=(0,l.useState)([]),[f,p]=(0,l.useState)(``),[m,h]=(0,l.useState)([]),[g,_]=(0,l.useState)(),v=(0,l.useRef)(void 0);(0,l.useEffect)(()=>()=>v.current?.(),[]);let y=async()=>{v.current=oi();let{result:e,problems:n}=await bo(`createApiKey`,{name:r,role:a,requirePlan:s,stacks:u.length>0?u.map(e=>({id:e})):null,expiresAt:f?new Date(f).toISOString():null});h(n),e?.token&&_(e.token);let i=t&&a===`ADMIN`;e?.token&&i&&ni(e.token),(!e?.token||i)&&v.current()};if(g)return(0,P.jsx)(wo,{title:`Key ${r}`,onClose:n,children:(0,P.jsxs)(`div`,{className:`sheet`,children:[(0,P.jsx)(`p`,{children:`It is shown only now, and stored nowhere.`}),(0,P.jsx)(`pre`,{className:`token`,tabIndex:0,children:g}),(0,P.jsxs)(`footer`,{children:[(0,P.jsx)(Wi,{text:g}),(0,P.jsx)(`button`,{type:`button`,className:`primary`,onClick:n,children:`Done`})]})]})});let b=[`name`,`expiresAt`,`stacks`,`role`];return(0,P.jsx)(wo,{title:`New key`,onClose:n,children:(0,P.jsxs)(`form`,{className:`sheet`,onSubmit:e=>{e.preventDefault(),y()},children:[t&&(0,P.jsx)(Hi,{tone:`caution`,children:`No key is asked for now. If this is the first one, every request needs a key from then on. An admin key is used by this tab at once.`}),(0,P.jsx)(L,{label:`Name`,required:!0,value:r,onChange:i,problems:I(m,`name`)}),(0,P.jsx)(qi,{label:`Role`,problems:I(m,`role`),children:e=>(0,P.jsx)(`select`,{...e,value:a,onChange:({target:e})=>o(e.value),children:Is.map(([e,t])=>(0,P.jsx)(`option`,{value:e,children:t},e))})}),(0,P.jsx)(qi,{label:`Only these stacks`,hint:`None chosen: all stacks`,problems:I(m,`stacks`),children:t=>(0,P.jsx)(`select`,{...t,multiple:!0,size:4,value:u,onChange:({target:e})=>d(Array.from(e.selectedOptions,({value:e})=>e)),children:e.map(({id:e,name:t})=>(0,P.jsx)(`option`,{value:e,children:t},e))})}),(0,P.jsx)(L,{label:`Ends`,type:`datetime-local`,value:f,onChange:p,hint:`Empty: never`,problems:I(m,`expiresAt`)}),(0,P.jsx)(qi,{label:`Needs plans for what can destroy something`,children:e=>(0,P.jsx)(`input`,{...e,type:`checkbox`,checked:s,onChange:({target:e})=>c(e.checked)})}),m.filter(({path:e})=>!b.includes(e[0]??``)).map(({message:e},t)=>(0,P.jsx)(Hi,{tone:`bad`,children:(0,P.jsx)(Ni,{text:e})},t)),(0,P.jsxs)(`footer`,{children:[(0,P.jsx)(`button`,{type:`button`,onClick:n,children:`Cancel`}),(0,P.jsx)(`button`,{type:`submit`,className:`primary`,children:`Create key`})]})]})})}function Rs({name:e,isOwn:t,onClose:n}){let[r,i]=(0,l.useState)([]),a=async()=>{let{result:t,problems:r}=await bo(`revokeApiKey`,{name:e});t?n():i(r)};return(0,P.jsx)(wo,{title:`Revoke ${e}`,onClose:n,children:(0,P.jsxs)(`div`,{className:`sheet`,children:[(0,P.jsx)(`p`,{children:`It is no longer valid from then on, for ever. Its subscriptions end.`}),t&&(0,P.jsx)(Hi,{tone:`caution`,children:`This tab uses it, and will ask for another one.`}),r.map(({message:e},t)=>(0,P.jsx)(Hi,{tone:`bad`,children:(0,P.jsx)(Ni,{text:e})},t)),(0,P.jsxs)(`footer`,{children:[(0,P.jsx)(`button`,{type:`button`,onClick:n,children:`Cancel`}),(0,P.jsx)(`button`,{type:`button`,className:`danger`,onClick:()=>void a(),children:`Revoke key`})]})]})})}function zs(){let e=Ia(ka,{},{cursor:({changeCursor:e})=>e}),[t,n]=(0,l.useState)(),r=()=>{n(void 0),e.refetch()};return(0,P.jsx)(io,{page:e,title:`API keys`,children:({apiKeys:i,stacks:a,viewer:o})=>(0,P.jsxs)(P.Fragment,{children:[t===`new`&&(0,P.jsx)(Ls,{stacks:a.nodes,isFirst:o.key===null,onClose:r}),t&&t!==`new`&&(0,P.jsx)(Rs,{name:t.name,isOwn:o.key===t.name,onClose:r}),(0,P.jsx)(ao,{title:`Keys`,count:i.length,query:e.graphiql,actions:(0,P.jsx)(`button`,{type:`button`,onClick:()=>n(`new`),children:`New key`}),children:i.length===0?(0,P.jsx)(Ui,{children:`No keys. On this machine everybody may do everything; the first key changes that.`}):(0,P.jsx)(ho,{label:`API keys`,columns:[`Name`,`Begins with`,`Role`,`Reach`,`Created`,`Ends`,``],rows:i.map(e=>({key:`${e.name} ${e.createdAt}`,cells:Bs(e,o.key,n)}))})})]})})}function Bs(e,t,n){let{name:r,hint:i,role:a,requirePlan:o,stacks:s,createdAt:c,expiresAt:l,revokedAt:u}=e;return[(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`span`,{className:`strong`,children:r}),` `,t===r&&!u&&(0,P.jsx)(F,{tone:`good`,children:`this one`})]}),(0,P.jsx)(`code`,{children:i}),(0,P.jsxs)(P.Fragment,{children:[a.toLowerCase(),` `,o&&(0,P.jsx)(F,{children:`needs plans`})]}),s?s.map(({name:e})=>e).join(`, `)||`nothing`:(0,P.jsx)(`span`,{className:`muted`,children:`all stacks`}),(0,P.jsx)(Ei,{at:c}),u?(0,P.jsxs)(F,{tone:`removed`,children:[`revoked `,(0,P.jsx)(Ei,{at:u})]}):l?(0,P.jsx)(Ei,{at:l}):(0,P.jsx)(`span`,{className:`muted`,children:`never`}),!u&&(0,P.jsx)(`button`,{type:`button`,"aria-label":`Revoke ${r}`,onClick:()=>n(e),children:`Revoke`})]}function Vs({node:e,stack:t}){switch(e.__typename){case`Stack`:return{to:N(e.name),name:e.name};case`Instance`:return{to:fi(t?.name??``,e.name),name:e.name};case`Template`:return{to:pi(e.name),name:e.name};default:return{to:M([`stacks`]),name:e.id}}}var Hs=({node:e,stack:t})=>e.__typename===`Instance`&&t?`instance of ${t.name}`:e.__typename.toLowerCase();function Us({kind:e,key:t,text:n},r){return e?e===`DEPENDENCY`||t===`*`||t===n?n:[t,n].filter(Boolean).join(` = `):n===r?``:n}function Ws({text:e,after:t}){let n=Ia(Aa,{text:e,hasText:e!==``,after:t},{cursor:({changeCursor:e})=>e});return(0,P.jsx)(io,{page:n,title:e?`Search: ${e}`:`Search`,children:({search:r})=>{if(!r)return(0,P.jsx)(Ui,{children:`Type a part of a name, an image, a port or a value above.`});let{edges:i,pageInfo:a}=r;return i.length===0?(0,P.jsx)(Ui,{children:t?`There is nothing more.`:`Nothing says this.`}):(0,P.jsxs)(ao,{title:`Found`,query:n.graphiql,children:[(0,P.jsx)(ho,{label:`Found`,columns:[`Name`,`Where`,`What`,`Text`],rows:i.map(({cursor:e,node:t})=>{let{to:n,name:r}=Vs(t);return{key:e,cells:[(0,P.jsx)(`a`,{className:`strong`,href:n,children:r}),(0,P.jsx)(`span`,{className:`muted`,children:Hs(t)}),(0,P.jsx)(F,{children:t.kind?Ba(t.kind):t.text===r?`name`:`description`}),(0,P.jsx)(`span`,{className:`value`,children:Us(t,r)})]}})}),(0,P.jsx)(go,{info:{...a,hasPreviousPage:!1},to:t=>M([`search`],{q:e,...t})})]})}})}function Gs(e){let t=new Map,n=(r,i)=>{let a=t.get(r);if(a!==void 0)return a;let o=(e.get(r)?.needs??[]).filter(t=>e.has(t)&&!i.has(t)).reduce((e,t)=>Math.max(e,n(t,new Set([...i,r]))+1),0);return t.set(r,o),o};for(let t of e.keys())n(t,new Set);return t}var Ks=e=>e.reduce((e,t)=>e+t,0)/e.length;function qs(e){let t=new Map(e.map(e=>[e.id,e])),n=Gs(t),r=Math.max(0,...n.values()),i=Array.from({length:r+1},()=>[]);for(let{id:t}of e)i[r-(n.get(t)??0)]?.push(t);let a=new Map(e.map(({id:e})=>[e,[]]));for(let{id:n,needs:r}of e)for(let e of r)t.has(e)&&(a.get(n)?.push(e),a.get(e)?.push(n));let o=new Map,s=i.some(e=>e.length>8),c=e=>e.forEach((t,n)=>o.set(t,s?n:n-(e.length-1)/2));i.forEach(c);for(let e=0;e<6;e+=1)for(let t of e%2==0?i:i.toReversed()){let e=new Map(t.map(e=>{let t=(a.get(e)??[]).map(e=>o.get(e)??0);return[e,t.length>0?Ks(t):o.get(e)??0]}));t.sort((t,n)=>(e.get(t)??0)-(e.get(n)??0)),c(t)}return i.flatMap((e,t)=>e.map(e=>({id:e,column:t,row:o.get(e)??0})))}var Js=168,Ys=44,Xs=64,Zs=8;function Qs(e,t){return e.length>t?`${e.slice(0,t-1)}…`:e}function $s({id:e,effectiveConfig:t,references:n}){let r=new Map;for(let{instance:e,condition:n}of t.dependencies)e&&r.set(e.id,{to:e.id,className:n===`SERVICE_STARTED`?`edge`:`edge waits`});for(let{targetInstance:t}of n)t&&t.id!==e&&!r.has(t.id)&&r.set(t.id,{to:t.id,className:`edge refers`});return Array.from(r.values())}var ec=4;function tc(e){let t=e.map(e=>({id:e.id,needs:$s(e).map(({to:e})=>e)})),n=new Set(t.flatMap(({needs:e})=>e)),r=({id:e,needs:t})=>t.length>0||n.has(e),i=qs(t.filter(r)),a=t.filter(e=>!r(e)),o=Math.min(...i.map(({row:e})=>e)),s=Math.ceil(Math.max(...i.map(({row:e})=>e))-o),c=Math.max(ec,...i.map(({column:e})=>e+1)),l=[...i.map(({id:e,column:t,row:n})=>({id:e,column:t,row:n-o})),...a.map(({id:e},t)=>({id:e,column:t%c,row:s+1+Math.floor(t/c)}))];return new Map(l.map(({id:e,column:t,row:n})=>[e,{x:Zs+t*232,y:Zs+n*62}]))}function nc(e){return e.instances.some(e=>$s(e).length>0)?(0,P.jsx)(ic,{...e}):null}function rc(e){let[t,n]=(0,l.useState)();return(0,l.useEffect)(()=>{let t=e.current;if(!t)return;let r=()=>{let{scrollLeft:e,scrollWidth:r,clientWidth:i}=t,a=e+i<r-1;n(e>1?a?`both`:`left`:a?`right`:void 0)},i=new ResizeObserver(r);for(let e of[t,...t.children])i.observe(e);return t.addEventListener(`scroll`,r,{passive:!0}),()=>{i.disconnect(),t.removeEventListener(`scroll`,r)}},[e]),t}function ic({stack:e,instances:t,conflicting:n}){let r=(0,l.useRef)(null),i=rc(r),a=tc(t),o=Math.max(0,...Array.from(a.values(),({x:e})=>e))+Js+Zs,s=Math.max(0,...Array.from(a.values(),({y:e})=>e))+Ys+Zs;return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`div`,{ref:r,className:`graph`,"data-more":i,tabIndex:0,role:`region`,"aria-label":`Picture of the dependencies`,children:(0,P.jsxs)(`svg`,{width:o,height:s,viewBox:`0 0 ${o} ${s}`,children:[t.flatMap(e=>$s(e).map(({to:t,className:n})=>{let r=a.get(e.id),i=a.get(t);if(!r||!i)return null;let[o,s,c,l]=[r.x+Js,r.y+Ys/2,i.x,i.y+Ys/2],u=Math.max(Xs/2,(c-o)/2);return(0,P.jsx)(`path`,{className:n,d:`M${o} ${s} C${o+u} ${s} ${c-u} ${l} ${c} ${l}`},`${e.id} ${t}`)})),t.map(({id:t,name:r,enabled:i,effectiveConfig:{imageName:o,imageTag:s}})=>{let{x:c,y:l}=a.get(t)??{x:0,y:0},u=[!i&&`disabled`,n.has(t)&&`conflicting`].filter(Boolean).join(` `);return(0,P.jsxs)(`a`,{href:fi(e,r),className:u,children:[(0,P.jsx)(`title`,{children:`${r}: ${o}:${s}`}),(0,P.jsx)(`rect`,{x:c,y:l,width:Js,height:Ys,rx:6}),(0,P.jsx)(`text`,{x:c+12,y:l+19,className:`name`,children:Qs(r,20)}),(0,P.jsx)(`text`,{x:c+12,y:l+34,className:`image`,children:Qs(`${o.split(`/`).at(-1)}:${s}`,23)})]},t)})]})}),i&&(0,P.jsx)(`p`,{className:`muted`,children:`The picture goes on: scroll it sideways.`})]})}var ac=`UNRESOLVED__`,oc=e=>ac+e.replace(/[^A-Za-z0-9]/g,`_`).toUpperCase(),sc=(e,{message:t})=>Array.from(t.matchAll(/\$\{\{(.*?)\}\}/g),([,e=``])=>oc(e)).includes(e),cc=e=>[...new Map(e.map(e=>[JSON.stringify(e),e])).values()];function lc({stack:e,query:t}){let{text:n,requiredVariables:r}=e.compose,i=cc(e.compose.warnings),a=r.filter(e=>e.startsWith(ac)),o=e=>i.filter(t=>sc(e,t)),s=new Set(a.flatMap(o));return(0,P.jsxs)(ao,{title:`Compose file`,query:t,actions:(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Wi,{text:n}),(0,P.jsx)(`button`,{type:`button`,onClick:()=>Gi(`compose.yaml`,n),children:`Download`})]}),children:[e.instances.totalCount>0&&(0,P.jsxs)(`p`,{className:`command`,children:[(0,P.jsxs)(`span`,{children:[`Start it with `,(0,P.jsxs)(`code`,{children:[`devarch up `,e.name]})]}),(0,P.jsx)(Wi,{text:`devarch up ${e.name}`,label:`Copy the command`})]}),i.filter(e=>!s.has(e)).map((t,n)=>(0,P.jsx)(Hi,{tone:`caution`,children:(0,P.jsx)(uc,{warning:t,stack:e.name})},n)),a.length>0&&(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`h3`,{children:`References without a value`}),(0,P.jsx)(`p`,{className:`muted`,children:`It does not start until each has a value.`}),(0,P.jsx)(ho,{label:`References without a value`,columns:[`Variable in the file`,`Warning`],rows:a.map(t=>({key:t,cells:[(0,P.jsx)(`code`,{children:t}),o(t).map((t,n)=>(0,P.jsx)(`div`,{className:`message`,children:(0,P.jsx)(uc,{warning:t,stack:e.name})},n))]}))})]}),(0,P.jsx)(dc,{stack:e.name,compose:e.compose}),(0,P.jsxs)(`details`,{children:[(0,P.jsxs)(`summary`,{children:[`Show the file (`,n.split(`
`).length-1,` lines)`]}),(0,P.jsx)(`pre`,{tabIndex:0,role:`region`,"aria-label":`Compose file`,children:n})]})]})}function uc({warning:{instance:e,message:t},stack:n}){return(0,P.jsxs)(P.Fragment,{children:[e&&(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`a`,{href:fi(n,e),children:e}),`:`,` `]}),(0,P.jsx)(Ni,{text:t})]})}function dc({stack:e,compose:{requiredVariables:t,variables:n}}){let r=new Set(t),i=n.filter(({name:e})=>r.delete(e)),a=[...r].filter(e=>!e.startsWith(ac));return(0,P.jsxs)(P.Fragment,{children:[i.length>0&&(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`h3`,{children:`Secrets that are not in the file`}),(0,P.jsxs)(`p`,{className:`muted`,children:[(0,P.jsxs)(`code`,{children:[`devarch up `,e]}),` sets them. Set them yourself only for the file that is downloaded or copied.`]}),(0,P.jsx)(ho,{label:`Secrets`,columns:[`Variable`,`Stands for`],rows:i.map(({name:t,key:n,instance:r})=>({key:t,cells:[(0,P.jsx)(`code`,{children:t}),(0,P.jsxs)(P.Fragment,{children:[`the secret `,(0,P.jsx)(`code`,{children:n}),` of`,` `,r===null?`the stack`:(0,P.jsx)(`a`,{href:fi(e,r),children:r})]})]}))})]}),a.length>0&&(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`h3`,{children:`Variables to set before it starts`}),(0,P.jsx)(`p`,{className:`muted`,children:`A template of a config file requires them, and DevArch holds no value.`}),(0,P.jsx)(`ul`,{children:a.map(e=>(0,P.jsx)(`li`,{children:(0,P.jsx)(`code`,{children:e})},e))})]})]})}var fc={HOST_PORT:`host port`,DOMAIN:`domain`,VOLUME:`volume`,REFERENCE:`reference`};function pc({conflicts:e,stack:t,query:n}){return e.length===0?null:(0,P.jsx)(ao,{title:`Conflicts`,count:e.length,query:n,children:(0,P.jsx)(ho,{label:`Conflicts`,columns:[`Instance`,`What`,`Conflict`],rows:e.map(({instance:e,kind:n,severity:r,value:i,message:a})=>({key:`${e.id} ${n} ${i}`,cells:[(0,P.jsx)(`a`,{href:fi(t,e.name),children:e.name}),(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(F,{tone:r===`DESTRUCTIVE`?`bad`:`caution`,children:fc[n]}),` `,(0,P.jsx)(`code`,{children:i})]}),(0,P.jsx)(`span`,{className:`message`,children:(0,P.jsx)(Ni,{text:a})})]}))})})}var mc=({name:e,category:t,description:n})=>[e,t,n].filter(Boolean).join(` – `);function hc({stack:e,templates:t,onClose:n}){let r=(0,l.useId)();return(0,P.jsx)(V,{title:`New instance in ${e.name}`,confirm:`Create instance`,name:`createInstance`,initial:{stack:{id:e.id},template:{name:``},name:``},fields:[`name`,`template`],onClose:n,children:(e,n,i)=>{let a=t=>n({...e,template:{name:t},name:e.name===e.template.name?t:e.name}),o=(e.template.name??``).toLowerCase(),s=t.some(e=>mc(e).toLowerCase().includes(o));return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(L,{label:`Template`,required:!0,list:r,placeholder:`Part of a name or a description: ${t.length} templates`,value:e.template.name??``,isUnfinished:s,onChange:a,problems:I(i,`template`)}),(0,P.jsx)(`datalist`,{id:r,children:t.map(e=>(0,P.jsx)(`option`,{value:e.name,label:mc(e)},e.id))}),(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name,onChange:t=>n({...e,name:t}),problems:I(i,`name`)})]})}})}var gc={ALL:`every instance`,ON_REFERENCE:`where it is referred to`};function _c({key:e,value:t,isSecret:n,inject:r,locked:i}){return{key:e,isSecret:n,inject:r,locked:i,...n?{}:{value:t??null}}}function vc({stack:e,mayChange:t,query:n}){let[r,i]=(0,l.useState)(),a=e.sharedVars;return(0,P.jsxs)(ao,{title:`Variables of the stack`,count:a.length,query:n,actions:t&&(0,P.jsx)(`button`,{type:`button`,onClick:()=>i({change:`edit`,at:a.length}),children:`New variable`}),children:[a.length===0?(0,P.jsx)(Ui,{children:`None. A variable of the stack is set in every instance, or only where it is referred to.`}):(0,P.jsx)(ho,{label:`Variables of the stack`,columns:[`Name`,`Value`,`Set in`,`Referred to by`,...t?[``]:[]],rows:a.map((n,r)=>({key:n.key,cells:[(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`code`,{children:n.key}),` `,n.locked&&(0,P.jsx)(F,{children:`locked`})]}),n.isSecret?(0,P.jsx)(`span`,{className:`muted`,children:n.isSet?`a secret`:`a secret without a value`}):n.value??(0,P.jsx)(`span`,{className:`muted`,children:`from the shell`}),gc[n.inject],(0,P.jsx)(yc,{variable:n,stack:e.name}),...t?[(0,P.jsxs)(`span`,{className:`row-actions`,children:[(0,P.jsx)(`button`,{type:`button`,"aria-label":`Edit stack variable ${n.key}`,onClick:()=>i({change:`edit`,at:r}),children:`Edit`}),(0,P.jsx)(`button`,{type:`button`,"aria-label":`Remove stack variable ${n.key}`,onClick:()=>i({change:`remove`,at:r}),children:`Remove`})]})]:[]]}))}),r&&(0,P.jsx)(bc,{...r,stack:e,onClose:()=>i(void 0)})]})}function yc({variable:{usedBy:e},stack:t}){let n=new Set(e?.nodes.map(({instance:e})=>e.name));return Array.from(n,e=>(0,P.jsxs)(`span`,{className:`fork`,children:[(0,P.jsx)(`a`,{href:fi(t,e),children:e}),` `]},e))}function bc({change:e,at:t,stack:n,onClose:r}){let i=n.sharedVars.map(_c),a={stack:{id:n.id},expectedRevision:n.revision};if(e===`remove`)return(0,P.jsx)(V,{title:`Remove ${i[t]?.key} from ${n.name}`,confirm:`Remove variable`,name:`setSharedVars`,initial:{...a,vars:i.filter((e,n)=>n!==t)},onClose:r});let o=t>=i.length,s={...a,vars:o?[...i,{key:``,value:``,isSecret:!1,inject:`ALL`,locked:!1}]:i};return(0,P.jsx)(V,{title:o?`New variable of ${n.name}`:`Variable ${i[t]?.key} of ${n.name}`,confirm:`Save variable`,name:`setSharedVars`,initial:s,fields:[`vars`],onClose:r,children:(e,r,i)=>{let a=e.vars[t];if(!a)return null;let s=n=>r({...e,vars:e.vars.map((e,r)=>r===t?{...e,...n}:e)}),c=a.isSecret&&!o?`Left empty, the stored secret stays`:void 0,l=(e,t,n)=>(0,P.jsx)(qi,{label:e,children:e=>(0,P.jsx)(`input`,{...e,type:`checkbox`,checked:t,onChange:({target:e})=>n(e.checked)})});return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(L,{label:`Name`,required:!0,readOnly:!o,value:a.key,onChange:e=>s({key:e}),problems:I(i,`vars`,`${t}`,`key`)}),(0,P.jsx)(L,{label:`Value`,type:a.isSecret?`password`:`text`,hint:c,value:a.value??``,beside:(0,P.jsx)(bs,{stack:n.name}),onChange:e=>s({value:e}),problems:I(i,`vars`,`${t}`,`value`)}),l(`Secret`,a.isSecret??!1,e=>s({isSecret:e})),(0,P.jsx)(qi,{label:`Set in`,children:e=>(0,P.jsx)(`select`,{...e,value:a.inject??`ALL`,onChange:({target:e})=>s({inject:e.value}),children:Object.entries(gc).map(([e,t])=>(0,P.jsx)(`option`,{value:e,children:t},e))})}),l(`Locked against overrides`,a.locked??!1,e=>s({locked:e}))]})}})}var xc=[[``,`It stays until it is deleted`],[`P1D`,`One day`],[`P7D`,`One week`],[`P30D`,`Thirty days`]];function Sc({value:e,mayBeEndless:t=!1,problems:n,onChange:r}){return(0,P.jsx)(qi,{label:`Lease`,problems:n,children:n=>(0,P.jsx)(`select`,{...n,value:e,onChange:({target:e})=>r(e.value),children:xc.filter(([e])=>e||t).map(([e,t])=>(0,P.jsx)(`option`,{value:e,children:t},e))})})}function Cc({change:e,stack:t,onClose:n}){let{id:r,name:i,revision:a}=t,o={id:r},s=e=>e.stack&&mi(N(e.stack.name));switch(e){case`fork`:return(0,P.jsx)(V,{title:`Fork ${i}`,confirm:`Fork stack`,name:`forkStack`,initial:{stack:o,name:`${i}-fork`},fields:[`name`,`expiresIn`],onDone:s,onClose:n,children:(e,t,n)=>(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`p`,{children:`A copy that runs beside everything else: with host ports, domains, volumes and a network of its own.`}),(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name??``,onChange:n=>t({...e,name:n}),problems:I(n,`name`)}),(0,P.jsx)(Sc,{value:e.expiresIn??``,mayBeEndless:!0,problems:I(n,`expiresIn`),onChange:n=>t({...e,expiresIn:n||null})})]})});case`renew`:return(0,P.jsx)(V,{title:`Renew the lease of ${i}`,confirm:`Renew lease`,name:`renewLease`,initial:{stack:o,expiresIn:`P7D`},fields:[`expiresIn`],onClose:n,children:(e,t,n)=>(0,P.jsx)(Sc,{value:e.expiresIn,problems:I(n,`expiresIn`),onChange:n=>t({...e,expiresIn:n})})});case`duplicate`:return(0,P.jsx)(V,{title:`Duplicate ${i}`,confirm:`Duplicate stack`,name:`duplicateStack`,initial:{stack:o,name:`${i}-copy`},fields:[`name`],onDone:s,onClose:n,children:(e,t,n)=>(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`p`,{children:`A copy with everything as it is. What both claim of the host is a conflict.`}),(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name??``,onChange:n=>t({...e,name:n}),problems:I(n,`name`)})]})});case`rename`:return(0,P.jsx)(V,{title:`Rename ${i}`,confirm:`Rename stack`,name:`renameStack`,initial:{stack:o,name:i,expectedRevision:a},fields:[`name`],onDone:s,onClose:n,children:(e,t,n)=>(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name,onChange:n=>t({...e,name:n}),problems:I(n,`name`)})});case`describe`:return(0,P.jsx)(V,{title:`Describe ${i}`,confirm:`Save description`,name:`updateStack`,initial:{stack:o,description:t.description,expectedRevision:a},fields:[`description`],onClose:n,children:(e,t,n)=>(0,P.jsx)(L,{label:`Description`,value:e.description??``,onChange:n=>t({...e,description:n}),problems:I(n,`description`)})});case`enable`:case`disable`:{let t=e===`enable`;return(0,P.jsx)(V,{title:t?`Enable ${i}`:`Disable ${i}`,confirm:t?`Enable stack`:`Disable stack`,name:`updateStack`,initial:{stack:o,enabled:t,expectedRevision:a},onClose:n})}case`delete`:return(0,P.jsx)(V,{title:`Delete ${i}`,confirm:`Move to the trash`,name:`softDeleteStack`,initial:{stack:o,expectedRevision:a},onDone:()=>ks(M([`stacks`]),{kind:`stack`,id:r,name:i,address:N(i)}),onClose:n,children:()=>(0,P.jsx)(`p`,{children:`It goes into the trash with its instances, and can be restored from there.`})})}}function wc({name:e,parameters:t}){let n=Ia(Ma,{name:e,...gi(t,100)},{stack:e,cursor:({stack:e})=>e?.changeCursor,onEvent({stack:t,change:r}){r.subjectKind===`STACK`&&t&&t.id===n.data?.stack?.id&&t.name!==e&&hi(N(t.name))}}),[r,i]=(0,l.useState)();return(0,P.jsx)(io,{page:n,title:e,above:[[M([`stacks`]),`Stacks`]],children:({stack:t,viewer:a,templates:o})=>{if(!t)return(0,P.jsxs)(Hi,{children:[`There is no stack “`,e,`”. It may be in the `,(0,P.jsx)(`a`,{href:M([`trash`]),children:`trash`}),`, or have another name.`]});let s=Tc(t,a),c=()=>i(void 0);return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Ec,{stack:t}),uo(a)&&(0,P.jsxs)(`div`,{className:`toolbar`,children:[s.map(e=>(0,P.jsx)(`button`,{type:`button`,onClick:()=>i(e),children:e[0]?.toUpperCase()+e.slice(1)},e)),(0,P.jsx)(`a`,{className:`button`,href:M([`compare`],{a:e}),children:`Compare`}),(0,P.jsx)(`a`,{className:`button`,href:N(e,`history`),children:`History`})]}),r===`instance`&&(0,P.jsx)(hc,{stack:t,templates:o.nodes,onClose:c}),r&&r!==`instance`&&(0,P.jsx)(Cc,{change:r,stack:t,onClose:c}),(0,P.jsx)(pc,{conflicts:t.conflicts,stack:e,query:n.graphiql}),(0,P.jsx)(ao,{title:`Instances`,count:t.instances.totalCount,query:n.graphiql,actions:uo(a)&&(0,P.jsx)(`button`,{type:`button`,onClick:()=>i(`instance`),children:`New instance`}),children:(0,P.jsx)(Dc,{stack:t})}),(0,P.jsx)(vc,{stack:t,mayChange:uo(a),query:n.graphiql}),(0,P.jsx)(lc,{stack:t,query:n.graphiql}),(0,P.jsx)(ao,{title:`Latest changes`,children:(0,P.jsx)(zi,{changes:t.history.nodes})})]})}})}var Tc=({lease:e,enabled:t},n)=>[...fo(n)?[`fork`,`duplicate`]:[],...e?[`renew`]:[],`rename`,`describe`,t?`disable`:`enable`,`delete`];function Ec({stack:e}){let{description:t,enabled:n,forkedFrom:r,forkKey:i,forks:a,lease:o,networkName:s,owners:c}=e;return(0,P.jsxs)(`div`,{className:`about-it`,children:[t&&(0,P.jsx)(`p`,{children:t}),(0,P.jsxs)(`p`,{className:`muted`,children:[`Network `,(0,P.jsx)(`code`,{children:s}),` `,!n&&(0,P.jsx)(F,{children:`disabled`}),` `,o&&(0,P.jsx)(Bi,{lease:o}),r&&(0,P.jsxs)(P.Fragment,{children:[` `,`Fork of `,(0,P.jsx)(`a`,{href:N(r.name),children:r.name}),i&&(0,P.jsxs)(P.Fragment,{children:[` `,`for `,(0,P.jsx)(`code`,{children:i})]})]}),c.length>0&&(0,P.jsxs)(P.Fragment,{children:[` Kept in files by `,c.join(`, `)]})]}),a.totalCount>0&&(0,P.jsxs)(`p`,{className:`muted`,children:[`Forks:`,` `,a.nodes.map(e=>(0,P.jsxs)(`span`,{className:`fork`,children:[(0,P.jsx)(`a`,{href:N(e.name),children:e.name}),` `,e.lease&&(0,P.jsx)(Bi,{lease:e.lease})]},e.id))]})]})}function Dc({stack:e}){let{nodes:t,pageInfo:n}=e.instances;if(t.length===0)return(0,P.jsx)(Ui,{children:`No instances yet.`});let r=new Set(e.conflicts.map(({instance:e})=>e.id));return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(nc,{stack:e.name,instances:t,conflicting:r}),(0,P.jsx)(ho,{label:`Instances`,columns:[`Instance`,`Image`,`Ports`,`Needs`,`Overrides`],rows:t.map(t=>({key:t.id,cells:Oc(e.name,t,r.has(t.id))}))}),(0,P.jsx)(go,{info:n,to:t=>M([`stacks`,e.name],t)})]})}function Oc(e,t,n){let{id:r,name:i,description:a,enabled:o,template:s,effectiveConfig:c,overrideCount:l,references:u}=t,{ports:d,dependencies:f}=c,p=u.flatMap(({targetInstance:e})=>e&&e.id!==r?[e.name]:[]),m=Array.from(new Set(p));return[(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`a`,{className:`strong`,href:fi(e,i),children:i}),` `,!o&&(0,P.jsx)(F,{children:`disabled`}),` `,n&&(0,P.jsx)(F,{tone:`caution`,children:`conflict`}),a&&(0,P.jsx)(`div`,{className:`muted`,children:a})]}),(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Ii,{of:c}),(0,P.jsxs)(`div`,{className:`muted`,children:[`from `,(0,P.jsx)(`a`,{href:pi(s.name),children:s.name})]})]}),d.length>0?(0,P.jsx)(`span`,{className:`ports`,children:d.map((e,t)=>(0,P.jsx)(Vi,{port:e},t))}):(0,P.jsx)(`span`,{className:`muted`,children:`none`}),f.length>0||m.length>0?(0,P.jsxs)(P.Fragment,{children:[f.map(({instance:e,condition:t},n)=>(0,P.jsxs)(`span`,{children:[n>0&&`, `,e?.name??`(gone)`,t===`SERVICE_HEALTHY`&&(0,P.jsx)(`span`,{className:`muted`,children:` healthy`})]},n)),m.length>0&&(0,P.jsxs)(`div`,{className:`muted`,children:[`values of `,m.join(`, `)]})]}):(0,P.jsx)(`span`,{className:`muted`,children:`nothing`}),l>0?(0,P.jsx)(F,{tone:`instance`,children:l}):(0,P.jsx)(`span`,{className:`muted`,children:`none`})]}var kc={name:`example`},Ac=(e,t)=>({instance:{byName:{stack:kc.name,name:e}},condition:t}),jc=[{template:`postgres`,name:`db`},{template:`mailpit`,name:`mail`},{template:`adminer`,name:`admin`,dependencies:[Ac(`db`,`SERVICE_HEALTHY`)],envVars:[{key:`ADMINER_DEFAULT_SERVER`,value:"${{db:host}}"}]},{template:`nginx`,name:`web`,dependencies:[Ac(`mail`,`SERVICE_STARTED`),Ac(`db`,`SERVICE_HEALTHY`)]}];async function Mc(){let e=await bo(`createStack`,{...kc,description:`An example from the catalogue`});if(!e.result)return e.problems;for(let{template:e,name:t,dependencies:n=[],envVars:r=[]}of jc){let{result:i,problems:a}=await bo(`createInstance`,{stack:kc,template:{name:e},name:t,overrides:{dependencies:n,envVars:r}});if(!i)return a}return[]}function Nc(){let[e,t]=(0,l.useState)(!1),[n,r]=(0,l.useState)([]),i=async()=>{t(!0);let e=await Mc();t(!1),r(e),e.length===0&&mi(N(kc.name))};return(0,P.jsxs)(`section`,{className:`card`,children:[(0,P.jsx)(`h2`,{children:`Or begin with an example`}),(0,P.jsx)(`p`,{children:`A database, a mail catcher, an administration page and a web server from the catalogue.`}),n.map(({message:e},t)=>(0,P.jsx)(Hi,{tone:`bad`,children:(0,P.jsx)(Ni,{text:e})},t)),(0,P.jsx)(`button`,{type:`button`,disabled:e,onClick:()=>void i(),children:`Make the example stack`})]})}function Pc(e){return e.split(`
`).flatMap(e=>{let[,t,n]=/^\s*([A-Za-z_]\w*)=(.*)$/.exec(e)??[];return t?[{name:t,value:n??``}]:[]})}var Fc=e=>e.split(/[\s,]+/).filter(Boolean),Ic=({name:e})=>/\.override\.ya?ml$/.test(e);function Lc(e){let t=e.filter(e=>!Ic(e));return t.length>0?{files:t,overrides:e.filter(Ic)}:{files:e,overrides:[]}}function Rc(e){let{files:t,overrides:n}=Lc(e);return[...t,...n].flatMap(({text:e})=>/^name:\s*["']?([a-z0-9][a-z0-9_-]*)/m.exec(e)?.[1]??[]).at(-1)?.replaceAll(`_`,`-`)??`imported`}function zc(){let[e,t]=(0,l.useState)([]),[n,r]=(0,l.useState)(),[i,a]=(0,l.useState)(``),[o,s]=(0,l.useState)(``),[c,u]=(0,l.useState)(),[d,f]=(0,l.useState)(!1),[p,m]=(0,l.useState)(!1),h=async e=>{let n=await Promise.all(Array.from(e??[],async e=>({name:e.name,text:await e.text()})));n.length!==0&&(t(n),u(void 0))},g=n??Rc(e),_=async t=>{f(!0);let n=await bo(`importCompose`,{...Lc(e),stack:{name:g},variables:Pc(i),plain:Fc(o),dryRun:t});f(!1),n.result&&!t?mi(N(g)):u(n)},v=e=>t=>{e(t),u(void 0)},y=c?.problems??[],b=I(y,`stack`);return(0,P.jsxs)(`section`,{className:`card`,children:[(0,P.jsx)(`h2`,{children:`Import a Compose file`}),(0,P.jsxs)(`label`,{className:p?`drop over`:`drop`,onDragOver:e=>{e.preventDefault(),m(!0)},onDragLeave:()=>m(!1),onDrop:e=>{e.preventDefault(),m(!1),h(e.dataTransfer.files)},children:[(0,P.jsx)(`span`,{children:e.length>0?(0,P.jsx)(`code`,{children:e.map(({name:e})=>e).join(`, `)}):(0,P.jsxs)(P.Fragment,{children:[`Drop a `,(0,P.jsx)(`code`,{children:`compose.yaml`}),` here, or choose a file`]})}),(0,P.jsx)(`input`,{className:`unseen`,type:`file`,accept:`.yaml,.yml`,multiple:!0,"aria-label":`Compose file`,onChange:({target:e})=>void h(e.files)})]}),e.length>0&&(0,P.jsxs)(`form`,{onSubmit:e=>{e.preventDefault(),_(!c?.result)},children:[(0,P.jsx)(L,{label:`Name of the stack`,required:!0,value:g,onChange:v(r),problems:b}),(0,P.jsx)(qi,{label:`Variables`,hint:`One NAME=value a line, for what the file refers to`,children:e=>(0,P.jsx)(`textarea`,{...e,rows:2,value:i,spellCheck:!1,onChange:({target:e})=>v(a)(e.value)})}),(0,P.jsx)(L,{label:`Plain values`,hint:`Names of variables that look like secrets and are none`,value:o,onChange:v(s),problems:I(y,`plain`)}),y.filter(e=>!b.includes(e)).map(({message:e},t)=>(0,P.jsx)(Hi,{tone:`bad`,children:(0,P.jsx)(Ni,{text:e})},t)),c?.result&&(0,P.jsx)(Bc,{report:c.result}),(0,P.jsx)(`footer`,{children:(0,P.jsx)(`button`,{type:`submit`,className:`primary`,disabled:d,children:c?.result?`Make the stack`:`Check the file`})})]})]})}function Bc({report:{instances:e,templates:t,losses:n,lossCount:r,changes:i,changeCount:a,newVolumes:o}}){return(0,P.jsxs)(`div`,{className:`report`,children:[(0,P.jsxs)(`p`,{children:[(0,P.jsx)(F,{tone:r>0?`caution`:`good`,children:r===0?`nothing is lost`:`${r} lost`}),` `,Ai(e.length,`instance`),`, `,Ai(t.filter(({outcome:e})=>e===`CREATED`).length,`new template`),`.`]}),o.length>0&&(0,P.jsxs)(Hi,{children:[`New and empty, whatever the project has in its own: `,o.length===1?`the volume `:`the volumes `,(0,P.jsx)(`code`,{children:o.join(`, `)})]}),(0,P.jsx)(Vc,{title:`Cannot be held`,notes:n,count:r}),(0,P.jsx)(Vc,{title:`Held in another form`,notes:i,count:a})]})}function Vc({title:e,notes:t,count:n}){return n===0?null:(0,P.jsxs)(P.Fragment,{children:[(0,P.jsxs)(`h3`,{children:[e,` `,(0,P.jsx)(`span`,{className:`count`,children:n})]}),(0,P.jsx)(ho,{label:e,columns:[`Line`,`Where`,`Why`],rows:t.slice(0,50).map(({file:e,line:t,path:n,reason:r},i)=>({key:`${i}`,cells:[(0,P.jsxs)(`span`,{className:`whole`,children:[e,`:`,t]}),(0,P.jsx)(Fi,{text:n}),(0,P.jsx)(`span`,{className:`message`,children:r})]}))})]})}function Hc({onClose:e}){return(0,P.jsx)(V,{title:`New stack`,confirm:`Create stack`,name:`createStack`,initial:{name:`new-stack`,description:``},fields:[`name`,`description`],onDone:({stack:e})=>e&&mi(N(e.name)),onClose:e,children:(e,t,n)=>(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name,onChange:n=>t({...e,name:n}),problems:I(n,`name`)}),(0,P.jsx)(L,{label:`Description`,value:e.description??``,onChange:n=>t({...e,description:n}),problems:I(n,`description`)})]})})}function Uc({parameters:e}){let t=Ia(Na,gi(e,20),{cursor:({changeCursor:e})=>e}),[n,r]=(0,l.useState)();return(0,P.jsx)(io,{page:t,title:`Stacks`,children:({stacks:e,viewer:i})=>{let a=fo(i),o=e.totalCount===0;return(0,P.jsxs)(P.Fragment,{children:[n===`new`&&(0,P.jsx)(Hc,{onClose:()=>r(void 0)}),a&&(o||n===`import`)&&(0,P.jsx)(zc,{}),a&&o&&(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(Nc,{}),(0,P.jsxs)(`section`,{className:`card`,children:[(0,P.jsx)(`h2`,{children:`Or begin with an empty stack`}),(0,P.jsx)(`p`,{children:`Its instances are made one by one, each from a template.`}),(0,P.jsx)(`button`,{type:`button`,onClick:()=>r(`new`),children:`New stack`})]})]}),!o&&(0,P.jsxs)(ao,{title:`All stacks`,count:e.totalCount,query:t.graphiql,actions:a&&(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`button`,{type:`button`,onClick:()=>r(`new`),children:`New stack`}),(0,P.jsx)(`button`,{type:`button`,"aria-pressed":n===`import`,onClick:()=>r(n===`import`?void 0:`import`),children:`Import`})]}),children:[(0,P.jsx)(ho,{label:`Stacks`,columns:[`Stack`,`Instances`,`Published ports`,`Conflicts`,`Last change`],rows:e.nodes.map(e=>({key:e.id,cells:Wc(e)}))}),(0,P.jsx)(go,{info:e.pageInfo,to:e=>M([`stacks`],e)})]})]})}})}function Wc(e){let{name:t,description:n,enabled:r,forkedFrom:i,lease:a,instances:o,conflicts:s,history:c}=e,l=o.nodes.filter(e=>e.enabled).flatMap(e=>e.effectiveConfig.ports.map(t=>({instance:e.name,port:t}))),[u]=c.nodes;return[(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`a`,{className:`strong`,href:N(t),children:t}),` `,!r&&(0,P.jsx)(F,{children:`disabled`}),` `,a&&(0,P.jsx)(Bi,{lease:a}),i&&(0,P.jsxs)(`div`,{className:`muted`,children:[`fork of `,(0,P.jsx)(`a`,{href:N(i.name),children:i.name})]}),n&&(0,P.jsx)(`div`,{className:`muted`,children:n})]}),o.totalCount,(0,P.jsxs)(`span`,{className:`ports`,children:[l.map(({instance:e,port:t},n)=>(0,P.jsx)(`span`,{title:e,children:(0,P.jsx)(Vi,{port:t})},n)),o.totalCount>o.nodes.length&&(0,P.jsxs)(`span`,{className:`muted`,children:[`of the first `,o.nodes.length,` instances`]}),l.length===0&&(0,P.jsx)(`span`,{className:`muted`,children:`none`})]}),s.length>0?(0,P.jsx)(`a`,{href:N(t),title:s[0]?.message,children:(0,P.jsx)(F,{tone:`caution`,children:s.length})}):(0,P.jsx)(`span`,{className:`muted`,children:`none`}),u?(0,P.jsx)(Ri,{change:u}):null]}var Gc={PORT:[`ports`,`port`],VOLUME:[`volumes`,`volume`],ENV_VAR:[`envVars`,`envVar`],DOMAIN:[`domains`,`domain`],HEALTHCHECK:[`healthcheck`,`healthcheck`],RESOURCE_LIMITS:[`resourceLimits`,`resourceLimits`],CONFIG_FILE:[`configFiles`,`configFile`],NETWORK:[`networks`,`network`],ATTRIBUTE:[`attributes`,`attribute`],LABEL:[`labels`,`label`]},Kc=Object.keys(Gc),qc=[...Kc,`SETTING`];function Jc(e){return Object.entries(Va).flatMap(([t,n])=>{let r=e[n];return r==null?[]:[{__typename:`Setting`,field:t,value:typeof r==`string`?r:JSON.stringify(r)}]})}var Yc=(e,t)=>{let n=e[Gc[t][0]];return Array.isArray(n)?n:n?[n]:[]},Xc=e=>[...Jc(e).map(e=>({kind:`SETTING`,entry:e})),...Kc.flatMap(t=>Yc(e,t).map(e=>({kind:t,entry:e})))];function Zc(e,t,n,r){return t===`SETTING`?r?as(t,r,n).setting:n?.__typename===`Setting`?{[Va[n.field]]:null}:{}:Qc(e,t,n,r)}function Qc(e,t,n,r){let[i,a]=Gc[t],o=(e,n)=>as(t,n,e)[a],s=Yc(e,t).flatMap(e=>e===n?r?[o(e,r)]:[]:[o(e,ts(t,e))]),c=n||!r?s:[...s,o(void 0,r)],l=t===`HEALTHCHECK`||t===`RESOURCE_LIMITS`;return{[i]:l?c.at(-1)??null:c}}var $c=e=>$o[e].fields,el=e=>e===`SETTING`?[]:[Gc[e][0]];function tl({template:e,edited:t,onClose:n}){let r={template:{id:e.id},expectedRevision:e.revision};if(t===`about`){let{name:t,category:i,description:a,imageName:o,imageTag:s}=e;return(0,P.jsx)(V,{title:`Edit ${e.name}`,confirm:`Save template`,name:`updateTemplate`,initial:{...r,name:t,category:i,description:a,imageName:o,imageTag:s},fields:[`name`,`category`,`description`,`imageName`,`imageTag`],onDone:({template:e})=>e&&e.name!==t&&mi(pi(e.name)),onClose:n,children:(e,t,n)=>(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name??``,onChange:n=>t({...e,name:n}),problems:I(n,`name`)}),(0,P.jsx)(L,{label:`Category`,value:e.category??``,onChange:n=>t({...e,category:n}),problems:I(n,`category`)}),(0,P.jsx)(L,{label:`Description`,value:e.description??``,onChange:n=>t({...e,description:n}),problems:I(n,`description`)}),(0,P.jsx)(L,{label:`Image`,required:!0,value:e.imageName??``,onChange:n=>t({...e,imageName:n}),problems:I(n,`imageName`)}),(0,P.jsx)(L,{label:`Tag`,required:!0,value:e.imageTag??``,onChange:n=>t({...e,imageTag:n}),problems:I(n,`imageTag`)})]})})}return(0,P.jsx)(nl,{template:e,...t,onClose:n})}function nl({template:e,kind:t,entry:n,onClose:r}){let[i]=(0,l.useState)(e),[a,o]=(0,l.useState)(t),[s,c]=(0,l.useState)(()=>ts(t,n)),[u,d]=(0,l.useState)(!1),f={template:{id:i.id},expectedRevision:i.revision};return(0,P.jsx)(V,{title:`${n?`Edit`:`Add to`} ${i.name}`,confirm:`Save template`,name:`updateTemplate`,initial:{...f,...n?Zc(i,a,n,s):{}},fields:el(a),onClose:r,children:(e,t,r)=>{let l=(e,r,a)=>{o(e),c(r),d(a),t({...f,...Zc(i,e,n,a?void 0:r)})};return(0,P.jsxs)(P.Fragment,{children:[!n&&(0,P.jsx)(qi,{label:`Kind`,children:e=>(0,P.jsx)(`select`,{...e,value:a,onChange:({target:e})=>{let t=e.value;l(t,ts(t,void 0),!1)},children:qc.map(e=>(0,P.jsx)(`option`,{value:e,children:Ba(e)},e))})}),!u&&(0,P.jsx)(gs,{fields:$c(a),values:s,onChange:e=>l(a,e,!1),problems:r,isKeyFixed:n!==void 0,instances:[]}),n&&(0,P.jsx)(qi,{label:`Remove this entry`,children:e=>(0,P.jsx)(`input`,{...e,type:`checkbox`,checked:u,onChange:({target:e})=>l(a,s,e.checked)})})]})}})}function rl({name:e}){let t=Ia(Fa,{name:e},{cursor:({changeCursor:e})=>e}),[n,r]=(0,l.useState)();return(0,P.jsx)(io,{page:t,title:e,above:[[M([`templates`]),`Templates`]],children:({template:i,viewer:a})=>{if(!i)return(0,P.jsxs)(Hi,{children:[`There is no template “`,e,`”.`]});let o=po(a);return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsxs)(`div`,{className:`about-it`,children:[i.description&&(0,P.jsx)(`p`,{children:i.description}),(0,P.jsxs)(`p`,{className:`muted`,children:[(0,P.jsx)(Ii,{of:i}),` `,i.category&&(0,P.jsx)(F,{children:i.category})]})]}),(0,P.jsxs)(`div`,{className:`toolbar`,children:[o&&(0,P.jsx)(`button`,{type:`button`,onClick:()=>r(`about`),children:`Edit`}),(0,P.jsx)(`a`,{className:`button`,href:pi(e,`history`),children:`History`})]}),n&&(0,P.jsx)(tl,{template:i,edited:n,onClose:()=>r(void 0)}),(0,P.jsx)(il,{template:i,query:t.graphiql,onEdit:o?r:void 0}),(0,P.jsx)(al,{template:i,query:t.graphiql}),(0,P.jsx)(ao,{title:`Latest changes`,children:(0,P.jsx)(zi,{changes:i.history.nodes})})]})}})}function il({template:e,query:t,onEdit:n}){let r=Xc(e);return(0,P.jsx)(ao,{title:`Entries`,count:r.length,query:t,actions:n&&(0,P.jsx)(`button`,{type:`button`,onClick:()=>n({kind:`ENV_VAR`,entry:void 0}),children:`Add entry`}),children:r.length===0?(0,P.jsx)(Ui,{children:`No entries: the image decides everything.`}):(0,P.jsx)(ho,{label:`Entries`,columns:[`Kind`,`Key`,`Value`,...n?[``]:[]],rows:r.map(({kind:e,entry:t})=>({key:`${e} ${Za(t)} ${Xa(t)}`,className:`entry`,cells:[Ba(e),(0,P.jsx)(Fi,{text:Za(t)}),(0,P.jsx)(`span`,{className:`value`,children:Xa(t)}),...n?[(0,P.jsx)(`span`,{className:`row-actions`,children:(0,P.jsx)(`button`,{type:`button`,"aria-label":`Edit ${Ba(e)} ${Za(t)}`,onClick:()=>n({kind:e,entry:t}),children:`Edit`})})]:[]]}))})})}function al({template:e,query:t}){let{totalCount:n,nodes:r}=e.instances;return(0,P.jsxs)(ao,{title:`Used by`,count:n,query:t,children:[n===0?(0,P.jsx)(Ui,{children:`No instance uses it.`}):(0,P.jsx)(ho,{label:`Instances`,columns:[`Stack`,`Instance`,`Overrides`],rows:r.map(({id:e,name:t,enabled:n,overrideCount:r,stack:i})=>({key:e,cells:[(0,P.jsx)(`a`,{href:N(i.name),children:i.name}),(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`a`,{href:fi(i.name,t),children:t}),` `,!n&&(0,P.jsx)(F,{children:`disabled`})]}),r||(0,P.jsx)(`span`,{className:`muted`,children:`none`})]}))}),n>r.length&&(0,P.jsxs)(`p`,{className:`muted`,children:[`The first `,r.length,` of `,n,`.`]})]})}function ol({parameters:e}){let t=e.get(`category`),n=Ia(Pa,{category:t,...gi(e,100)},{cursor:({changeCursor:e})=>e});return(0,P.jsx)(io,{page:n,title:`Templates`,children:({templates:e,all:r})=>{let i=[...new Set(r.nodes.map(e=>e.category))].filter(Boolean).sort();return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`nav`,{className:`choices`,"aria-label":`Categories`,children:[``,...i].map(e=>(0,P.jsx)(`a`,{href:M([`templates`],{category:e}),"aria-current":e===(t??``)?`true`:void 0,children:e||`all`},e))}),(0,P.jsxs)(ao,{title:t??`All templates`,count:e.totalCount,query:n.graphiql,children:[(0,P.jsx)(ho,{label:`Templates`,columns:[`Template`,`Image`,`Category`,`Used by`],rows:e.nodes.map(({id:e,name:t,description:n,imageName:r,imageTag:i,category:a,instances:o})=>({key:e,cells:[(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`a`,{className:`strong`,href:pi(t),children:t}),n&&(0,P.jsx)(`div`,{className:`muted clipped`,children:n})]}),(0,P.jsx)(Ii,{of:{imageName:r,imageTag:i}}),a,o.totalCount>0?(0,P.jsx)(F,{tone:`instance`,children:o.totalCount}):(0,P.jsx)(`span`,{className:`muted`,children:`nothing`})]}))}),(0,P.jsx)(go,{info:e.pageInfo,to:e=>M([`templates`],{category:t,...e})})]})]})}})}function sl({what:{kind:e,id:t,name:n},change:r,onClose:i}){if(r===`purge`){let r={title:`Purge ${n}`,confirm:`Delete for good`,onClose:i};return e===`stack`?(0,P.jsx)(V,{...r,name:`purgeStack`,initial:{stack:{id:t}}}):(0,P.jsx)(V,{...r,name:`purgeInstance`,initial:{instance:{id:t}}})}let a={title:`Restore ${n}`,confirm:`Restore ${e}`,fields:[`name`],onClose:i};return e===`stack`?(0,P.jsx)(V,{...a,name:`restoreStack`,initial:{stack:{id:t},name:n},children:(e,t,n)=>(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name??``,onChange:n=>t({...e,name:n}),problems:I(n,`name`)})}):(0,P.jsx)(V,{...a,name:`restoreInstance`,initial:{instance:{id:t},name:n},children:(e,t,n)=>(0,P.jsx)(L,{label:`Name`,required:!0,value:e.name??``,onChange:n=>t({...e,name:n}),problems:I(n,`name`)})})}function cl(){let e=Ia(Oa,{},{cursor:({changeCursor:e})=>e}),[t,n]=(0,l.useState)();return(0,P.jsx)(io,{page:e,title:`Trash`,children:({trash:{stacks:r,instances:i},viewer:a})=>{let o=e=>(0,P.jsxs)(`span`,{className:`row-actions`,children:[uo(a)&&(0,P.jsx)(`button`,{type:`button`,"aria-label":`Restore ${e.name}`,onClick:()=>n({what:e,change:`restore`}),children:`Restore`}),mo(a)&&(0,P.jsx)(`button`,{type:`button`,"aria-label":`Purge ${e.name}`,onClick:()=>n({what:e,change:`purge`}),children:`Purge`})]});return r.totalCount+i.totalCount===0?(0,P.jsx)(Ui,{children:`The trash is empty.`}):(0,P.jsxs)(P.Fragment,{children:[t&&(0,P.jsx)(sl,{...t,onClose:()=>n(void 0)}),r.totalCount>0&&(0,P.jsx)(ao,{title:`Stacks`,count:r.totalCount,query:e.graphiql,children:(0,P.jsx)(ho,{label:`Deleted stacks`,columns:[`Stack`,`Instances`,`Deleted`,`In the way`,``],rows:r.nodes.map(({stack:e,instanceCount:t,obstacles:n})=>({key:e.id,cells:[(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`span`,{className:`strong`,children:e.name}),e.description&&(0,P.jsx)(`div`,{className:`muted`,children:e.description})]}),t,e.deletedAt&&(0,P.jsx)(Ei,{at:e.deletedAt}),(0,P.jsx)(ll,{obstacles:n}),o({kind:`stack`,...e})]}))})}),i.totalCount>0&&(0,P.jsx)(ao,{title:`Instances`,count:i.totalCount,query:e.graphiql,children:(0,P.jsx)(ho,{label:`Deleted instances`,columns:[`Instance`,`Stack`,`Overrides`,`Deleted`,`In the way`,``],rows:i.nodes.map(({instance:e,obstacles:t})=>({key:e.id,cells:[(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`span`,{className:`strong`,children:e.name}),` `,(0,P.jsxs)(`span`,{className:`muted`,children:[`from `,e.template.name]})]}),e.stack.name,e.overrideCount,e.deletedAt&&(0,P.jsx)(Ei,{at:e.deletedAt}),(0,P.jsx)(ll,{obstacles:t}),o({kind:`instance`,...e})]}))})})]})}})}function ll({obstacles:e}){return e.length===0?(0,P.jsx)(`span`,{className:`muted`,children:`nothing`}):e.map(({message:e},t)=>(0,P.jsx)(`div`,{className:`message`,children:(0,P.jsx)(Ni,{text:e})},t))}function ul({path:[e,t,n,r,i],parameters:a}){switch(e){case void 0:return(0,P.jsx)(Uc,{parameters:a});case`stacks`:return t?n===`history`?(0,P.jsx)(Bo,{stack:t,parameters:a}):n!==`instances`||!r?(0,P.jsx)(wc,{name:t,parameters:a}):i===`history`?(0,P.jsx)(Vo,{stack:t,instance:r,parameters:a}):(0,P.jsx)(Ps,{stack:t,name:r},`${t}/${r}`):(0,P.jsx)(Uc,{parameters:a});case`templates`:return t?n===`history`?(0,P.jsx)(H,{template:t,parameters:a}):(0,P.jsx)(rl,{name:t},t):(0,P.jsx)(ol,{parameters:a});case`compare`:return(0,P.jsx)(co,{parameters:a});case`history`:return(0,P.jsx)(Ro,{parameters:a});case`trash`:return(0,P.jsx)(cl,{});case`keys`:return(0,P.jsx)(zs,{});case`search`:return(0,P.jsx)(Ws,{text:a.get(`q`)?.trim()??``,after:a.get(`after`)});default:return(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`h1`,{children:`No such page`}),(0,P.jsx)(`p`,{children:(0,P.jsx)(`a`,{href:`#/`,children:`Show all stacks`})})]})}}function dl(){let e=ui(),t=(0,l.useRef)(null),n=(0,l.useRef)(!0),{key:r}=f(ti),i=f(qr),a=e.path.join(`/`);return(0,l.useEffect)(()=>{n.current||t.current?.focus({preventScroll:!0}),n.current||scrollTo(0,0),n.current=!1},[a]),(0,P.jsxs)(P.Fragment,{children:[(0,P.jsx)(`a`,{className:`skip`,href:`#main`,onClick:e=>{e.preventDefault(),t.current?.focus()},children:`Skip to content`}),(0,P.jsx)(bi,{place:e.path[0]??`stacks`,search:e.parameters.get(`q`)??``}),(0,P.jsxs)(`main`,{id:`main`,ref:t,tabIndex:-1,children:[(0,P.jsx)(js,{}),i?(0,P.jsx)(Ji,{wasRefused:r!==null}):(0,P.jsx)(ul,{...e})]})]})}var fl=document.getElementById(`dashboard`);fl&&(0,u.createRoot)(fl).render((0,P.jsx)(l.StrictMode,{children:(0,P.jsx)(dl,{})}));