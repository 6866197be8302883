import type { Figure, LinkPreset } from './preset';

/**
 * Bandwidth is the uplink's, because data flows upwards; where the way down is published, it stands beside it, because
 * it is up to 25 times faster on a mobile network. Where it is not, nothing is said of it. Latency is one way: half of a
 * published round-trip time. A link from a device has no price here: clouds do not charge for what comes in, and access
 * networks publish no price per GB that holds in general.
 */
const dads = 'DADS (Hu et al., INFOCOM 2019), Table I';
const scission = 'Scission network_stats (qub-blesson/Scission)';
const ofcom2014 = 'Ofcom, five British cities, last quarter of 2014 (mobilenewscwp.co.uk)';
const ofcom2023 = 'Ofcom, Mobile Matters 2023 (ispreview.co.uk)';
const ofcom2024 = 'Ofcom, Mobile Matters 2024';
const cellsmart = 'Cellsmart, March to May 2022';
const splitpoint = 'accelerators.json of Keff789/ONNX-Splitpoint-Tool';

const stated = (value: number, source: string, date: string, note?: string): Figure => ({
  value,
  source,
  date,
  ...(note !== undefined && { note }),
});
const halfOf = (rttMs: number, source: string, date: string, note = ''): Figure =>
  stated(rttMs / 2, source, date, `half of the round-trip time of ${rttMs} ms${note === '' ? '' : `; ${note}`}`);

export const linkPresets: readonly LinkPreset[] = [
  {
    id: 'cat1',
    title: 'LTE Cat 1',
    bandwidthMbps: stated(0.13, dads, '2018'),
    latencyMs: halfOf(53.1, `${ofcom2014}, 4G`, '2015', 'Cat 1 uses the same radio network'),
  },
  {
    id: '3g',
    title: '3G uplink',
    bandwidthMbps: stated(1.1, dads, '2018'),
    latencyMs: halfOf(63.5, `${ofcom2014}, 3G`, '2015', 'mean'),
    downBandwidthMbps: stated(5.9, `${ofcom2014}, 3G`, '2015', 'mean; the uplink there is 1.6'),
  },
  {
    id: '4g',
    title: '4G uplink',
    bandwidthMbps: stated(5.85, `${dads} (OpenSignal)`, '2017'),
    latencyMs: halfOf(19.9, 'Braud et al., PerCom 2020, LTE to the edge', '2020'),
    downBandwidthMbps: stated(21.3, 'Opensignal, first quarter of 2019, USA', '2019', 'mean; the uplink there is 6.3'),
  },
  {
    id: '4g-2023',
    title: '4G uplink, mean of the United Kingdom in 2023',
    bandwidthMbps: stated(7.6, ofcom2023, '2023', 'mean'),
    latencyMs: halfOf(23.7, ofcom2024, '2024', 'slowest of the four operators; the fastest has 18.3'),
    downBandwidthMbps: stated(29.5, ofcom2023, '2023', 'mean'),
  },
  {
    id: 'wifi',
    title: 'Wi-Fi uplink',
    bandwidthMbps: stated(18.88, dads, '2018'),
    latencyMs: halfOf(3.7, 'Braud et al., PerCom 2020, Wi-Fi to the edge', '2020'),
  },
  {
    id: 'mobile',
    title: 'Mobile network to an edge server',
    bandwidthMbps: stated(1.6, scission, '2020'),
    latencyMs: halfOf(66.7, scission, '2020'),
  },
  {
    id: 'wired',
    title: 'Wired access to an edge server',
    bandwidthMbps: stated(20, `${scission}, wired`, '2020'),
    latencyMs: halfOf(20, `${scission}, wired`, '2020'),
  },
  {
    id: 'edge-cloud',
    title: 'Edge server to the cloud',
    bandwidthMbps: stated(50, scission, '2020'),
    latencyMs: halfOf(20, scission, '2020'),
  },
  {
    id: '5g',
    title: '5G uplink',
    bandwidthMbps: stated(31.27, cellsmart, '2022', 'mean of 51 countries'),
    latencyMs: halfOf(21.4, ofcom2024, '2024', 'slowest of the four British operators; the fastest has 16.3'),
    downBandwidthMbps: stated(241.61, cellsmart, '2022', 'mean of 51 countries'),
  },
  {
    id: '5g-2021',
    title: '5G uplink, global median of 2021',
    bandwidthMbps: stated(21.08, 'Ookla, third quarter of 2021', '2021', 'median'),
    latencyMs: halfOf(19, 'SIGCOMM21-5G/artifact, T-Mobile 5G in Minneapolis', '2021', 'median'),
    downBandwidthMbps: stated(166.13, 'Ookla, third quarter of 2021', '2021', 'median'),
  },
  {
    id: '5g-2023',
    title: '5G uplink, mean of the United Kingdom in 2023',
    bandwidthMbps: stated(14.7, ofcom2023, '2023', 'mean'),
    latencyMs: halfOf(21.4, ofcom2024, '2024', 'slowest of the four operators; the fastest has 16.3'),
    downBandwidthMbps: stated(129.9, ofcom2023, '2023', 'mean'),
  },
  {
    id: 'fixed',
    title: 'Fixed broadband uplink, global median',
    bandwidthMbps: stated(38.32, 'Ookla, third quarter of 2023', '2023', 'median'),
    latencyMs: halfOf(9, 'Ookla Speedtest Global Index, January 2025', '2025', 'median'),
    downBandwidthMbps: stated(83.95, 'Ookla, third quarter of 2023', '2023', 'median'),
  },
  {
    id: 'fixed-2025',
    title: 'Fixed broadband uplink, global median of 2025',
    bandwidthMbps: stated(52.84, 'Ookla Speedtest Global Index, January 2025', '2025', 'median'),
    latencyMs: halfOf(9, 'Ookla Speedtest Global Index, January 2025', '2025', 'median'),
    downBandwidthMbps: stated(97.61, 'Ookla Speedtest Global Index, January 2025', '2025', 'median'),
  },
  {
    id: 'starlink',
    title: 'Starlink uplink, median of the USA in 2025',
    bandwidthMbps: stated(14.84, 'Ookla, first quarter of 2025 (rcrwireless.com)', '2025', 'median'),
    latencyMs: halfOf(45, 'Ookla, first quarter of 2025 (telecompetitor.com)', '2025', 'published as 38 to 45'),
    downBandwidthMbps: stated(104.71, 'Ookla, first quarter of 2025 (rcrwireless.com)', '2025', 'median'),
  },
  {
    id: 'lan',
    title: '10 Gbit/s local network',
    bandwidthMbps: stated(9752, splitpoint, '2025', '1219 MB/s'),
    latencyMs: stated(0.03, splitpoint, '2025'),
  },
];
