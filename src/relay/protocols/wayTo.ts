import { visibleText } from '../../shared/escape/visible';
import type { WayReport, WayTask } from '../../shared/reports/way';
import { measureWay } from '../execution/measureWay';
import { createClient } from './createClient';

/** The largest body of a measurement is far below what a relay takes; its answers are short. */
const mostAnswerBytes = 1e6;
const connectTimeoutMs = 10_000;

/** Measures the way from here to a relay that runs. @throws DnnSplitError `bad-usage` as `measureWay`, and for an address of no kind */
export async function measureWayTo({ address, token }: WayTask): Promise<WayReport> {
  const client = createClient({
    address,
    ...{ modelName: '', title: 'The relay', connectTimeoutMs, maxBodyBytes: mostAnswerBytes, retries: 0 },
    ...(token !== undefined && { token }),
  });
  try {
    return await measureWay(client, visibleText(address));
  } finally {
    client.close();
  }
}
