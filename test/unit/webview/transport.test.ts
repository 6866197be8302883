import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ToPage, ToWebview } from '../../../src/shared/protocol/webviewMessages';
import { connect } from '../../../webview/control/transport';

/** The page's end of the wire, and what the host does with its own. */
function wired(told: readonly ToPage[] = []) {
  const page = new EventTarget();
  vi.stubGlobal('window', page);
  vi.stubGlobal('acquireVsCodeApi', () => ({ postMessage: () => undefined, getState: () => undefined }));
  const heard: ToWebview[] = [];
  connect().listen((message) => heard.push(message), told);
  const post = (data: unknown) => page.dispatchEvent(new MessageEvent('message', { data }));
  return { heard, post };
}

describe('the wire to the host', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('hands on what comes early once, however often it comes, and everything else each time', () => {
    const early = { type: 'progress', stage: 'Planning', fraction: null, early: 0 } as const;
    const { heard, post } = wired([early]);
    expect(heard).toEqual([early]);
    post({ ...early });
    post({ ...early, early: 1 });
    post({ type: 'progress', stage: 'Done', fraction: 1 });
    post({ type: 'progress', stage: 'Done', fraction: 1 });
    expect(heard.map((message) => message.type === 'progress' && message.stage)).toEqual([
      'Planning',
      'Planning',
      'Done',
      'Done',
    ]);
  });

  it('does not hear what is no message of the host', () => {
    const { heard, post } = wired();
    for (const data of [null, 'ready', { early: 1 }, { type: 3 }]) post(data);
    expect(heard).toEqual([]);
  });
});
