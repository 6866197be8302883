/** Version of ONNX Runtime that the product is tested with and offers to install. */
export const runtimePackage = 'onnxruntime-node@1.30.0';
