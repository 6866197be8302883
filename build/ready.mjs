/** What each script of package.json begins with, so that all of them work in a fresh clone: a Node that is new enough, and the dependencies. */
import './checkNode.mjs';
import { ensureInstalled } from './ensureInstalled.mjs';

ensureInstalled();
