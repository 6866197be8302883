import { afterEach } from 'vitest';
import { endStarted } from './startedByTest';

// Files share modules: a hook in a shared one would serve the first file alone that reads it. This is read for each file.
afterEach(endStarted);
