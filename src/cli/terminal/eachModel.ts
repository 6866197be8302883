import { visibleText } from '../../shared/escape/visible';
import { exitCodes, setExitCode } from './exitCode';
import { exitCodeOf, failureReport, sayFailure } from './failures';
import { type NamedModel, namedModels } from './namedModels';
import { jsonReport, type Output, printJson, warn } from './output';

/** What a command found out of one model. */
export interface Answered {
  readonly report: object;
  /** The same for people; made where it is asked for. */
  readonly text: () => string | Promise<string>;
  /** Sentences about it, which are no part of it. */
  readonly warnings: readonly string[];
}

/**
 * Answers for each model that the arguments name. One model's report stands by itself; those of several are a list, in
 * which a failure takes the place of a report and the exit code is that of the worst.
 */
export async function eachModel(
  names: readonly string[],
  { json = false, output }: { readonly json?: boolean | undefined; readonly output: Output },
  answer: (model: NamedModel) => Promise<Answered>,
): Promise<void> {
  const models = await namedModels(names);
  const [only, ...others] = models;
  if (only !== undefined && others.length === 0) {
    const answered = await answer(only);
    warn(answered.warnings);
    if (json) printJson(output, withWarnings(answered));
    else output.print(await answered.text());
    return;
  }
  const results: object[] = [];
  let worst: number = exitCodes.done;
  for (const model of models) {
    try {
      const answered = await answer(model);
      warn(answered.warnings.map((warning) => `${model.name}: ${warning}`));
      if (json) results.push(withWarnings(answered));
      else output.print(`== ${visibleText(model.name)}\n\n${await answered.text()}\n`);
    } catch (thrown) {
      worst = Math.max(worst, exitCodeOf(thrown));
      sayFailure(thrown);
      if (json) results.push({ model: { path: model.name }, ...failureReport(thrown) });
    }
  }
  if (json) printJson(output, jsonReport('results', { results }));
  setExitCode(worst);
}

function withWarnings({ report, warnings }: Answered): object {
  return warnings.length === 0 ? report : { ...report, warnings };
}
