/**
 * Entry of the graph view. The host serves a page whose body is exactly `<body><div id="app"></div></body>`, with this
 * script (with a nonce) at its end and `webview.css` as a stylesheet. The policy that it runs under without a violation:
 * `default-src 'none'; script-src 'nonce-...'; style-src ${cspSource} 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='`.
 * The hash is that of the empty text: the widget library looks for `:focus-visible` by an empty style element. Without
 * it the page works too, but shows focus rings after clicks and leaves one warning in the console.
 */
import './styles.css';
import { type App, createApp } from './app';
import { connect } from './control/transport';
import { readMemory } from './memory';
import { initialState } from './model/state';
import { registerWidgets } from './page/toolkit';
import { setStrings } from './text/strings';

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no element with the id "app".');

registerWidgets();
const transport = connect();
let app: App | undefined;

transport.listen((message) => {
  if (message.type === 'init') {
    setStrings(message.strings);
    app ??= createApp(root, transport, message);
  }
  app?.receive(message);
});
window.addEventListener('error', ({ message, filename, lineno }) => {
  transport.post({ type: 'log', text: `${message} (${filename}:${lineno})` });
});
const { folded, metric } = readMemory(transport.remembered(), initialState);
transport.post({ type: 'ready', folded });
transport.post({ type: 'shown', metric, comparing: null });
