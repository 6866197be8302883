/**
 * Entry of the graph view. The host serves a page whose body is exactly `<body><div id="app" data-start="..."></div></body>`,
 * with this script and `webview.css` in it, both with a nonce. The policy that it runs under without a violation:
 * `default-src 'none'; script-src 'nonce-...'; style-src 'nonce-...' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='`.
 * The hash is that of the empty text: the widget library looks for `:focus-visible` by an empty style element. Without
 * it the page works too, but shows focus rings after clicks and leaves one warning in the console.
 */
import './styles.css';
import type { PageStart } from '../src/shared/protocol/webviewMessages';
import { createApp } from './app';
import { connect } from './control/transport';
import { readMemory } from './memory';
import { initialState } from './model/state';
import { registerWidgets } from './page/toolkit';
import { setStrings } from './text/strings';

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no element with the id "app".');

const transport = connect();
window.addEventListener('error', ({ message, filename, lineno }) => {
  transport.post({ type: 'log', text: `${message} (${filename}:${lineno})` });
});
const { folded, metric } = readMemory(transport.remembered(), initialState);
// The answer is on its way while the page is built.
transport.post({ type: 'ready', folded });
registerWidgets();
// Only the host writes the page, so that its start has the agreed form.
const start: PageStart = JSON.parse(root.dataset['start'] ?? '');
setStrings(start.strings);
const app = createApp(root, transport, start);
transport.listen(app.receive, start.told);
transport.post({ type: 'shown', metric, comparing: null });
