/** `label` with how many copies it stands for, unless it says so itself. */
export function withRepeats(label: string, repeats: number | undefined): string {
  if (repeats === undefined || repeats < 2 || new RegExp(`\\bx?${repeats}\\b`).test(label)) return label;
  return `${label} x${repeats}`;
}
