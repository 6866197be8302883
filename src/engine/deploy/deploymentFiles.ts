import type { DeploymentTarget } from '../../shared/vocabulary/targets';
import { bundleFiles } from './bundle/bundleFiles';
import { composeFiles } from './compose/compose';
import { kserveFiles } from './kserve/kserveFiles';
import { kubernetesFiles } from './kubernetes/kubernetesFiles';
import type { Deployment, DeploymentInput } from './parts/deployment';
import { rayFiles } from './ray/rayFiles';
import { tritonFiles } from './triton/tritonFiles';

const generators: Readonly<Record<DeploymentTarget, (input: DeploymentInput) => Deployment>> = {
  compose: composeFiles,
  kubernetes: kubernetesFiles,
  kserve: kserveFiles,
  triton: tritonFiles,
  bundle: bundleFiles,
  ray: rayFiles,
};

/** The files of a target, and where its sub-models belong. @throws DnnSplitError where the target cannot take the model */
export function deploymentFiles(target: DeploymentTarget, input: DeploymentInput): Deployment {
  return generators[target](input);
}
