import type { Figure, TierPreset } from './preset';

/**
 * `gflops` is sustained compute (1 MAC = 2 FLOP), not the peak that a data sheet leads with: measured throughput on a
 * convolutional network where a source has it, the float32 peak where there is none (said in the figure's note). Prices
 * are on demand, for the whole instance, or its share for one accelerator. A figure without an established source is left out.
 */
const scission = 'Scission benchmark data (qub-blesson/Scission)';
const gpuCatalog = 'gpu_catalog.json of RajBhope/gpu-runtime-predictor';
const accelerators = 'accelerators.json of Keff789/ONNX-Splitpoint-Tool, after the NVIDIA data sheet';
const cloudMemory = (value: number): Figure => listed(value, 'source/cloud/aws/index.md of rapidsai/deployment');
const awsPrices = 'AWS us-east-1 on demand, tsaol/aws-gpu (Vantage data)';
const gpuPeakNote = 'float32 peak; no sustained figure is published with it';

const peak = (value: number, source = gpuCatalog): Figure => ({ value, source, date: '2025', note: gpuPeakNote });
const listed = (value: number, source = gpuCatalog, note?: string): Figure => ({
  value,
  source,
  date: '2025',
  ...(note !== undefined && { note }),
});
const measured = (value: number, machine: string): Figure => ({
  value,
  source: `${scission}, ${machine}`,
  date: '2020',
  note: 'derived: ResNet50 operations over measured block times, TensorFlow 2.1',
});
const aws = (value: number, note: string): Figure => ({ value, source: awsPrices, date: '2025-11-30', note });

export const catalogPresets: readonly TierPreset[] = [
  {
    id: 'jetson-orin-nano',
    title: 'NVIDIA Jetson Orin Nano 8 GB',
    basis: 'peak',
    gflops: {
      value: 890,
      source: 'brojogopalsapui.com, Orin Nano deep dive (40 TOPS int8 sparse at 15 W)',
      date: '2025',
      note: 'derived: 20 dense int8 TOPS in the ratio of float32 to int8 of the Orin NX 8 GB (1560 to 35000)',
    },
    memoryGBps: { value: 68, source: 'brojogopalsapui.com, Orin Nano deep dive', date: '2025', note: 'at 15 W' },
    memoryGB: { value: 8, source: 'brojogopalsapui.com, Orin Nano deep dive', date: '2025' },
    watts: { value: 15, source: 'brojogopalsapui.com, Orin Nano deep dive', date: '2025' },
  },
  {
    id: 'jetson-orin-nx-8gb',
    title: 'NVIDIA Jetson Orin NX 8 GB',
    basis: 'peak',
    gflops: peak(1560, accelerators),
    memoryGBps: listed(102, accelerators),
    memoryGB: listed(8, accelerators),
    watts: listed(20, accelerators, 'highest of its power modes, 10, 15 and 20 W'),
  },
  {
    id: 'jetson-orin-nx-16gb',
    title: 'NVIDIA Jetson Orin NX 16 GB',
    basis: 'peak',
    gflops: peak(1880, accelerators),
    memoryGBps: listed(102, accelerators),
    memoryGB: listed(16, accelerators),
    watts: listed(25, accelerators, 'highest of its power modes, 10, 15 and 25 W'),
  },
  {
    id: 'jetson-xavier-nx',
    title: 'NVIDIA Jetson Xavier NX',
    basis: 'peak',
    gflops: {
      value: 936,
      source: accelerators,
      date: '2025',
      note: 'derived: 21 int8 TOPS in the ratio of float32 to int8 of the Orin NX 8 GB; the float16 peak is 6000',
    },
    memoryGBps: listed(59.7, accelerators),
    watts: listed(20, accelerators, 'highest of its power modes, 10, 15 and 20 W'),
  },
  {
    id: 'raspberry-pi-4',
    title: 'Raspberry Pi 4',
    basis: 'published',
    gflops: measured(8.1, 'device-raspi4'),
    memoryGBps: {
      value: 5.56,
      source: 'www.sci-pi.org.uk/bench/stream.html',
      date: '2025',
      note: 'measured by STREAM, its fastest kernel, no screen attached',
    },
    watts: {
      value: 5.2,
      source: 'geerlingguy/sbc-reviews',
      date: '2025',
      note: 'measured during LINPACK, on a Compute Module 4 with the same processor',
    },
  },
  {
    id: 'raspberry-pi-5',
    title: 'Raspberry Pi 5 8 GB',
    basis: 'published',
    gflops: {
      value: 35.2,
      source: 'geerlingguy/top500-benchmark',
      date: '2024',
      note: 'measured LINPACK in float64; a float32 network may reach more',
    },
    memoryGBps: {
      value: 9.28,
      source: 'ggerganov/whisper.cpp, issue 89',
      date: '2023',
      note: 'derived: a copy that is measured at 4.64 GB/s on one thread reads and writes that much',
    },
    memoryGB: { value: 8, source: 'geerlingguy/top500-benchmark', date: '2024' },
    watts: { value: 12.7, source: 'geerlingguy/top500-benchmark', date: '2024', note: 'measured during LINPACK' },
  },
  {
    id: 'cpu-i7-6700k',
    title: 'Desktop, Intel Core i7-6700K',
    basis: 'published',
    gflops: measured(95.7, 'cloud-6700k without GPU'),
    memoryGBps: {
      value: 34.1,
      source: 'technic3d.com, Skylake presentation (two channels of DDR4-2133)',
      date: '2015',
      note: 'derived: 2 channels of 8 bytes at 2133 MT/s, the peak',
    },
  },
  {
    id: 'cpu-i5-2500',
    title: 'Desktop, Intel Core i5-2500',
    basis: 'published',
    gflops: measured(35.2, 'edge-2500'),
    memoryGBps: {
      value: 21.3,
      source: 'cpu-monkey.com, Core i7-2600',
      date: '2025',
      note: 'the peak of the same memory controller with two channels of DDR3-1333',
    },
  },
  {
    id: 'vm-2core',
    title: 'Virtual machine with 2 cores',
    basis: 'published',
    gflops: measured(46.7, 'edge-vm2Core'),
    memoryGBps: {
      value: 17.1,
      source: 'assumption: the host is not published',
      date: '2026',
      note: 'half of a desktop with two channels of DDR4-2133',
    },
  },
  {
    id: 't4',
    title: 'NVIDIA T4 (AWS g4dn.xlarge)',
    basis: 'peak',
    gflops: peak(8100),
    memoryGBps: listed(320),
    memoryGB: cloudMemory(16),
    watts: listed(70),
    pricePerHour: aws(0.526, 'g4dn.xlarge'),
  },
  {
    id: 'l4',
    title: 'NVIDIA L4 (AWS g6.xlarge)',
    basis: 'peak',
    gflops: peak(30_300, 'HF Elfsong/gcp_allocator'),
    memoryGBps: listed(300, 'HF Elfsong/gcp_allocator'),
    memoryGB: cloudMemory(24),
    watts: listed(72, 'HF Elfsong/gcp_allocator'),
    pricePerHour: aws(0.8048, 'g6.xlarge'),
  },
  {
    id: 'l4-gcp',
    title: 'NVIDIA L4 (Google Cloud g2-standard-4)',
    basis: 'peak',
    gflops: peak(30_300, 'HF Elfsong/gcp_allocator'),
    memoryGBps: listed(300, 'HF Elfsong/gcp_allocator'),
    memoryGB: cloudMemory(24),
    watts: listed(72, 'HF Elfsong/gcp_allocator'),
    pricePerHour: {
      value: 0.7211,
      source: 'public Google Cloud price tables',
      date: '2025',
      note: 'g2-standard-4; tables disagree between 0.70 and 0.7211, the higher one is used',
    },
  },
  {
    id: 'a10g',
    title: 'NVIDIA A10G (AWS g5.xlarge)',
    basis: 'peak',
    gflops: peak(31_200),
    memoryGBps: listed(600),
    memoryGB: cloudMemory(24),
    watts: listed(150),
    pricePerHour: aws(1.006, 'g5.xlarge'),
  },
  {
    id: 'v100',
    title: 'NVIDIA V100 (AWS p3.2xlarge)',
    basis: 'peak',
    gflops: peak(15_700),
    memoryGBps: listed(900),
    memoryGB: cloudMemory(16),
    watts: listed(300),
    pricePerHour: aws(3.06, 'p3.2xlarge'),
  },
  {
    id: 'a100-40gb',
    title: 'NVIDIA A100 40 GB (share of AWS p4d.24xlarge)',
    basis: 'peak',
    gflops: peak(19_500),
    memoryGBps: listed(1555),
    memoryGB: listed(40),
    watts: listed(400),
    pricePerHour: aws(2.7447, 'an eighth of p4d.24xlarge at 21.957642'),
  },
  {
    id: 'a100-40gb-gcp',
    title: 'NVIDIA A100 40 GB (Google Cloud a2-highgpu-1g)',
    basis: 'peak',
    gflops: peak(19_500),
    memoryGBps: listed(1555),
    memoryGB: listed(40),
    watts: listed(400),
    pricePerHour: { value: 3.67, source: 'public Google Cloud price tables', date: '2025', note: 'a2-highgpu-1g' },
  },
  {
    id: 'a100-80gb',
    title: 'NVIDIA A100 80 GB (share of AWS p4de.24xlarge)',
    basis: 'peak',
    gflops: peak(19_500, 'llmbook.apartsin.com'),
    memoryGBps: listed(2000, 'llmbook.apartsin.com'),
    memoryGB: listed(80, 'llmbook.apartsin.com'),
    watts: listed(400, 'llmbook.apartsin.com'),
    pricePerHour: aws(3.4309, 'an eighth of p4de.24xlarge at 27.44705'),
  },
  {
    id: 'h100',
    title: 'NVIDIA H100 SXM (AWS p5.4xlarge)',
    basis: 'peak',
    gflops: peak(67_000, 'HF Elfsong/gcp_allocator'),
    memoryGBps: listed(3350, 'HF Elfsong/gcp_allocator'),
    memoryGB: cloudMemory(80),
    watts: listed(700, 'HF Elfsong/gcp_allocator'),
    pricePerHour: aws(6.88, 'p5.4xlarge'),
  },
];
