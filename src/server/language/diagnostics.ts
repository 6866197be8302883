import type { PlanCheck } from '../../app/plan/checkPlan';
import { type Reach, reachedFile } from '../../files/reach';
import { requireRegularFile, statusAt } from '../../files/regularFile';
import type { ConfigDocument } from '../../shared/documents/config';
import { parseConfig } from '../../shared/documents/parseConfig';
import { type DocumentProblem, problemAtPath } from '../../shared/documents/parsedDocument';
import { parsePlan } from '../../shared/documents/parsePlan';
import { parseProfile } from '../../shared/documents/parseProfile';
import { say } from '../../shared/messages/say';
import type { ModelSnapshot } from '../../shared/protocol/requests';
import { DnnSplitError, type ErrorData } from '../../shared/work/errors';
import { presetProblems } from './presetProblems';

/**
 * Problems of a `dnnsplit.json`: those of its text, names that lead nowhere, and what the open models say about it.
 * `snapshots` are those of the models that it applies to.
 */
export function configProblems(
  text: string,
  path: string,
  reach: Reach,
  snapshots: readonly ModelSnapshot[],
): DocumentProblem[] {
  const parsed = parseConfig(text);
  if (parsed.document === undefined) return [...parsed.problems];
  const config: ConfigDocument = parsed.document;
  const problems = [...presetProblems(parsed, config)];
  config.tiers.forEach(({ profile }, index) => {
    const message = profile === undefined ? undefined : whyNotThere(path, profile, reach);
    if (message !== undefined) problems.push(problemAtPath(parsed, ['tiers', index, 'profile'], message));
  });
  if (problems.length > 0) return problems;
  return snapshots.flatMap((snapshot) => {
    const { configError } = snapshot;
    if (configError === undefined) {
      return profileFindings(config, snapshot).map(({ message, path: place }) =>
        problemAtPath(parsed, place, message, 'warning'),
      );
    }
    if (!isAboutPlanning(configError)) return [];
    const isAboutProfile = configError.code === 'invalid-profile';
    const place = config.constraints === undefined || isAboutProfile ? ['tiers'] : ['constraints'];
    return [problemAtPath(parsed, place, configError.message)];
  });
}

function whyNotThere(configPath: string, profile: string, reach: Reach): string | undefined {
  try {
    const at = reachedFile(configPath, profile, reach);
    if (statusAt(at) === undefined) return say('problem.noProfile', { path: profile }).text;
    requireRegularFile(at, 'profile');
    return undefined;
  } catch (thrown) {
    if (DnnSplitError.is(thrown)) return thrown.message;
    throw thrown;
  }
}

/** What the profiles of the tiers lack for one model, at the tier that names the profile. */
function profileFindings(config: ConfigDocument, { modelUri, plan }: ModelSnapshot) {
  return (plan?.profiles ?? []).flatMap(({ tier, finding }) => {
    const index = config.tiers.findIndex(({ id, profile }) => id === tier && profile !== undefined);
    if (finding === undefined || index < 0) return [];
    const model = decodeURIComponent(modelUri.slice(modelUri.lastIndexOf('/') + 1));
    return [{ message: `${model}: ${finding}`, path: ['tiers', index, 'profile'] }];
  });
}

function isAboutPlanning({ code }: ErrorData): boolean {
  return code === 'infeasible' || code === 'invalid-config' || code === 'invalid-profile';
}

/** Problems of a plan document: those of its text, then what `check` finds when it is set beside its model. */
export async function planProblems(
  text: string,
  check: () => Promise<readonly PlanCheck[]>,
): Promise<DocumentProblem[]> {
  const parsed = parsePlan(text);
  if (parsed.document === undefined) return [...parsed.problems];
  const findings = await check();
  return findings.map(({ path, message, severity }) => problemAtPath(parsed, path, message, severity));
}

/** Problems of a profile's text. */
export function profileProblems(text: string): DocumentProblem[] {
  return [...parseProfile(text).problems];
}
