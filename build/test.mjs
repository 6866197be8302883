/** `npm test`: installs what is missing, builds, and runs every layer. The last line counts all of them. */
import './checkNode.mjs';
import { ensureInstalled } from './ensureInstalled.mjs';

ensureInstalled();
const { runLayers } = await import('./test/layers.mjs');
process.exitCode = await runLayers(process.argv.slice(2));
