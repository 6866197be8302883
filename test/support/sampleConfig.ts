/** A configuration whose plan of `resnet152.onnx` is known: everything on the edge, 250 ms per request. */
export const sampleConfig = `{
  // From the device upwards.
  "tiers": [
    { "id": "device", "preset": "raspberry-pi-4" },
    { "id": "edge", "preset": "t4" },
    { "id": "cloud", "preset": "a10g" }
  ],
  "links": [
    { "bandwidthMbps": 20, "latencyMs": 5 },
    { "bandwidthMbps": 200, "latencyMs": 15, "pricePerGB": 0.01 }
  ],
  "objective": "latency"
}
`;
