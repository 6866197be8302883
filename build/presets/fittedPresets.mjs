/**
 * Which published times make which preset. The threads are those of the device's big cores.
 * @typedef {{ device: string, runtime: string, key: string }} FittedPreset
 */

/** @type {readonly FittedPreset[]} */
export const fittedPresets = [
  {
    device: 'raspberry-pi-3b-plus',
    runtime: 'ncnn-fp32',
    key: 'Raspberry Pi 3B+ | cpu | ncnn | fp32, 4 threads, all cores',
  },
  {
    device: 'raspberry-pi-zero-2-w',
    runtime: 'ncnn-fp32',
    key: 'Raspberry Pi Zero 2 W | cpu | ncnn | fp32, 4 threads, all cores',
  },
  { device: 'raspberry-pi-4', runtime: 'ncnn-fp32', key: 'Raspberry Pi 4B | cpu | ncnn | fp32, 4 threads, all cores' },
  { device: 'raspberry-pi-4', runtime: 'armnn-fp32', key: 'Raspberry Pi 4B | cpu | Arm NN | fp32' },
  { device: 'raspberry-pi-4', runtime: 'tflite-fp32', key: 'Raspberry Pi 4B | cpu | TFLite (ruy) | fp32' },
  { device: 'raspberry-pi-5', runtime: 'ncnn-fp32', key: 'Raspberry Pi 5 | cpu | ncnn | fp32, 4 threads, all cores' },
  {
    device: 'raspberry-pi-5',
    runtime: 'ncnn-fp32-1-thread',
    key: 'Raspberry Pi 5 | cpu | ncnn | fp32, 1 threads, all cores',
  },
  { device: 'jetson-nano', runtime: 'tensorrt-fp16', key: 'Jetson Nano | gpu | TensorRT (torch2trt) | fp16' },
  { device: 'jetson-nano', runtime: 'pytorch-fp16', key: 'Jetson Nano | gpu | PyTorch (eager, fp16) | fp16' },
  { device: 'jetson-orin-nano', runtime: 'ncnn-vulkan', key: 'Jetson Orin Nano | gpu | ncnn Vulkan | fp32, all cores' },
  {
    device: 'jetson-orin-nano',
    runtime: 'ncnn-fp32',
    key: 'Jetson Orin Nano | cpu | ncnn | fp32, 6 threads, all cores',
  },
  { device: 'agx-xavier', runtime: 'tensorrt-fp16', key: 'Jetson AGX Xavier | gpu | TensorRT (torch2trt) | fp16' },
  { device: 'agx-xavier', runtime: 'pytorch-fp16', key: 'Jetson AGX Xavier | gpu | PyTorch (eager, fp16) | fp16' },
  { device: 'agx-xavier', runtime: 'armnn-fp32', key: 'Jetson AGX Xavier | cpu | Arm NN | fp32' },
  { device: 'agx-orin', runtime: 'ncnn-fp32', key: 'Jetson AGX Orin | cpu | ncnn | fp32, 4 threads, all cores' },
  { device: 'agx-orin', runtime: 'tflite-fp32', key: 'Jetson AGX Orin | cpu | TFLite (ruy) | fp32' },
  { device: 'rk3588', runtime: 'ncnn-fp32', key: 'RK3588 | cpu | ncnn | fp32, 4 threads, big cores' },
  {
    device: 'snapdragon-8-gen-2',
    runtime: 'ncnn-fp32',
    key: 'Snapdragon 8 Gen 2 | cpu | ncnn | fp32, 4 threads, big cores',
  },
  { device: 'galaxy-s25', runtime: 'qnn-fp16', key: 'Samsung Galaxy S25 | npu | QNN DLC | fp16' },
  { device: 'galaxy-s25', runtime: 'qnn-int8', key: 'Samsung Galaxy S25 | npu | QNN DLC | w8a8' },
  {
    device: 'celeron-n5105',
    runtime: 'ncnn-fp32',
    key: 'Intel Celeron N5105 | cpu | ncnn | fp32, 4 threads, all cores',
  },
  {
    device: 'core-i7-13700k',
    runtime: 'ncnn-fp32',
    key: 'Intel Core i7-13700K | cpu | ncnn | fp32, 16 threads, all cores',
  },
  {
    device: 'ryzen-9-5950x',
    runtime: 'ncnn-fp32',
    key: 'AMD Ryzen 9 5950X | cpu | ncnn | fp32, 16 threads, all cores',
  },
  { device: 'aws-c5-4xlarge', runtime: 'tflite-fp32', key: 'AWS c5.4xlarge | cpu | TFLite (ruy) | fp32' },
  { device: 'aws-c5-4xlarge', runtime: 'ncnn-fp32', key: 'AWS c5.4xlarge | cpu | ncnn | fp32, 8 threads, big cores' },
  {
    device: 'graviton3',
    runtime: 'armnn-fp32',
    key: 'AWS m7g.2xlarge (Graviton3) | cpu | TFLite + Arm NN delegate | fp32',
  },
  { device: 'graviton3', runtime: 'tflite-fp32', key: 'AWS m7g.2xlarge (Graviton3) | cpu | TFLite (ruy) | fp32' },
  {
    device: 'cobalt-100',
    runtime: 'ncnn-fp32',
    key: 'Azure D64ps v6 (Cobalt 100, Neoverse N2) | cpu | ncnn | fp32, 4 threads, all cores',
  },
  { device: 'rtx-3060-ti', runtime: 'ncnn-vulkan', key: 'RTX 3060 Ti | gpu | ncnn Vulkan | fp32, all cores' },
];
