/**
 * Entry of the graph view. The host serves a page whose body is exactly `<body><div id="app"></div></body>`, with this
 * script (with a nonce) at its end and `webview.css` as a stylesheet; it needs no inline style and no inline script:
 * `default-src 'none'; script-src 'nonce-...'; style-src ${cspSource}; font-src ${cspSource}`.
 */
import './styles.css';
import { type App, createApp } from './app';
import { readMemory } from './memory';
import { initialState } from './state';
import { setStrings } from './strings';
import { registerWidgets } from './toolkit';
import { connect } from './transport';

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no element with the id "app".');

registerWidgets();
const transport = connect();
let app: App | undefined;

transport.listen((message) => {
  if (message.type === 'init') {
    setStrings(message.strings);
    app ??= createApp(root, transport, message.modelName);
  }
  app?.receive(message);
});
window.addEventListener('error', ({ message, filename, lineno }) => {
  transport.post({ type: 'log', text: `${message} (${filename}:${lineno})` });
});
transport.post({ type: 'ready', folded: readMemory(transport.remembered(), initialState).folded });
