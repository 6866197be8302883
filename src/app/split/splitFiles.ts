/** File of the plan in a folder of exported sub-models; it names the model relative to that folder. */
export const splitPlanFile = 'split.splitplan.json';
export const contractFile = 'contract.json';
export const modelFile = 'model.onnx';
/** Weights that several sub-models of a tier share. */
export const sharedWeightsFile = 'weights.data';
