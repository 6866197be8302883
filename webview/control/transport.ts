import type { FromWebview, ToPage, ToWebview } from '../../src/shared/protocol/webviewMessages';

/** The two ends of the wire to the extension host, and the small memory that survives hiding the view. */
export interface Transport {
  post(message: FromWebview): void;
  /** @param told what the page was written with, which is heard first. */
  listen(handler: (message: ToWebview) => void, told: readonly ToPage[]): void;
  remembered(): unknown;
  remember(state: unknown): void;
}

/** Only the host can post to a webview, so that its messages have the agreed form once they carry a type. */
function isHostMessage(data: unknown): data is ToPage {
  return typeof data === 'object' && data !== null && 'type' in data && typeof data.type === 'string';
}

/** The transport that VS Code gives; to be called once per page. */
export function connect(): Transport {
  const api = acquireVsCodeApi<unknown>();
  const known = new Set<number>();
  const isNews = ({ early }: ToPage) => {
    if (early === undefined) return true;
    const isNew = !known.has(early);
    known.add(early);
    return isNew;
  };
  return {
    post: (message) => api.postMessage(message),
    listen(handler, told) {
      for (const message of told) if (isNews(message)) handler(message);
      window.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (isHostMessage(event.data) && isNews(event.data)) handler(event.data);
      });
    },
    remembered: () => api.getState(),
    remember: (state) => {
      api.setState(state);
    },
  };
}
