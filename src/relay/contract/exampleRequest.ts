import { datatypeOf } from '../../runtime/tensor';
import type { ContractDocument } from '../../shared/documents/contract';
import { interfaceOf, startsWithOf } from '../../shared/documents/contractParts';
import { shellWord } from '../../shared/escape/shell';
import { visibleJson } from '../../shared/escape/visible';
import { atStep, rolesOf } from '../inference/stepLengths';

/** Inputs beyond this would fill the screen or the command line. */
const mostElements = 64;

/**
 * Lines of a shell command that asks for one inference with zeros; none where a dimension has no number. Large inputs
 * are made by the command itself. Of a model that remembers it is a session of one request.
 */
export function exampleRequest(
  contract: ContractDocument,
  dimensions: Readonly<Record<string, number>>,
  address: string,
): string[] {
  const startsWith = startsWithOf(contract);
  const roleOf = rolesOf(startsWith);
  const receives = interfaceOf(contract).inputs.map((tensor) => atStep(tensor, roleOf, { past: 0, step: 1, total: 1 }));
  const parameters =
    startsWith.length === 0 ? {} : { parameters: { sequence_id: 'example', sequence_start: true, sequence_end: true } };
  const inputs = receives.map(({ name, dtype, shape }) => ({
    name,
    datatype: datatypeOf(dtype),
    shape: (shape ?? []).map((dim) => (typeof dim === 'number' ? dim : dimensions[dim])),
  }));
  const isKnown = inputs.every(({ datatype, shape }) => datatype !== undefined && !shape.includes(undefined));
  if (!isKnown || receives.some(({ shape, dtype }) => shape === null || dtype === 'string')) return [];
  if (inputs.some(({ datatype }) => datatype === 'FP16' || datatype === 'BF16')) return [];
  const withData = inputs.map((input) => {
    const elements = input.shape.reduce<number>((product, dim) => product * (dim ?? 1), 1);
    return { input, elements, zero: input.datatype === 'BOOL' ? false : 0 };
  });
  if (withData.every(({ elements }) => elements <= mostElements)) {
    const body = {
      ...parameters,
      inputs: withData.map(({ input, elements, zero }) => ({ ...input, data: Array(elements).fill(zero) })),
    };
    return [`  curl --data ${shellWord(visibleJson(JSON.stringify(body)))} ${shellWord(address)}`];
  }
  const head = startsWith.length === 0 ? '' : `...${JSON.stringify(parameters)},`;
  const script = `console.log(JSON.stringify({${head}inputs:[${withData
    .map(({ input, elements, zero }) => `{...${JSON.stringify(input)},data:Array(${elements}).fill(${zero})}`)
    .join(',')}]}))`;
  return [`  node -e ${shellWord(visibleJson(script))} | curl --data @- ${shellWord(address)}`];
}
