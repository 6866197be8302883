/** Text as the value of a label in Prometheus' text format (exposition format 0.0.4), without the quotes. */
export function prometheusLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
