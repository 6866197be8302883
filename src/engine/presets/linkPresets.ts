import type { LinkPreset } from './preset';

/**
 * Bandwidth is the uplink's, because data flows upwards. Latency is one way: half of a published round-trip time.
 * A link from a device has no price here: clouds do not charge for what comes in, and access networks publish no price
 * per GB that holds in general.
 */
const dads = 'DADS (Hu et al., INFOCOM 2019), Table I';
const scission = 'Scission network_stats (qub-blesson/Scission)';
const halfOf = (rtt: number) => `half of the round-trip time of ${rtt} ms`;

export const linkPresets: readonly LinkPreset[] = [
  { id: 'cat1', title: 'LTE Cat 1', bandwidthMbps: { value: 0.13, source: dads, date: '2018' } },
  { id: '3g', title: '3G uplink', bandwidthMbps: { value: 1.1, source: dads, date: '2018' } },
  {
    id: '4g',
    title: '4G uplink',
    bandwidthMbps: { value: 5.85, source: `${dads} (OpenSignal)`, date: '2017' },
    latencyMs: {
      value: 9.95,
      source: 'Braud et al., PerCom 2020, LTE to the edge',
      date: '2020',
      note: halfOf(19.9),
    },
  },
  {
    id: 'wifi',
    title: 'Wi-Fi uplink',
    bandwidthMbps: { value: 18.88, source: dads, date: '2018' },
    latencyMs: { value: 1.85, source: 'Braud et al., PerCom 2020, Wi-Fi to the edge', date: '2020', note: halfOf(3.7) },
  },
  {
    id: 'mobile',
    title: 'Mobile network to an edge server',
    bandwidthMbps: { value: 1.6, source: scission, date: '2020' },
    latencyMs: { value: 33.35, source: scission, date: '2020', note: halfOf(66.7) },
  },
  {
    id: 'wired',
    title: 'Wired access to an edge server',
    bandwidthMbps: { value: 20, source: `${scission}, wired`, date: '2020' },
    latencyMs: { value: 10, source: `${scission}, wired`, date: '2020', note: halfOf(20) },
  },
  {
    id: 'edge-cloud',
    title: 'Edge server to the cloud',
    bandwidthMbps: { value: 50, source: scission, date: '2020' },
    latencyMs: { value: 10, source: scission, date: '2020', note: halfOf(20) },
  },
  {
    id: '5g',
    title: '5G uplink',
    bandwidthMbps: { value: 31.27, source: 'Cellsmart, March to May 2022', date: '2022' },
  },
  {
    id: '5g-2021',
    title: '5G uplink, global median of 2021',
    bandwidthMbps: { value: 21.08, source: 'Ookla, third quarter of 2021', date: '2021' },
  },
  {
    id: 'fixed',
    title: 'Fixed broadband uplink, global median',
    bandwidthMbps: { value: 38.32, source: 'Ookla, third quarter of 2023', date: '2023' },
  },
  {
    id: 'lan',
    title: '10 Gbit/s local network',
    bandwidthMbps: {
      value: 9752,
      source: 'accelerators.json of Keff789/ONNX-Splitpoint-Tool',
      date: '2025',
      note: '1219 MB/s',
    },
    latencyMs: { value: 0.03, source: 'accelerators.json of Keff789/ONNX-Splitpoint-Tool', date: '2025' },
  },
];
