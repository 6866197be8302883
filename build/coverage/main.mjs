/** `npm run coverage`: says which operators are known and which are not, and writes docs/operators.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadProduct, root } from '../bench/loadProduct.mjs';
import { compareOperators, domainName, missingText, operatorsDocument, publishedOperators } from './document.mjs';

const product = await loadProduct();
const coverage = product.operatorCoverage();
const published = publishedOperators();
for (const { domain, known, published: count, missing, extra } of compareOperators(coverage, published)) {
  const of = count === undefined ? '' : `, ${count - missing.length} of the ${count} published`;
  console.log(`${domainName(domain)}: ${known.length} known${of}`);
  if (missing.length > 0) console.log(`  not known: ${missing.map(missingText).join(', ')}`);
  if (extra.length > 0) console.log(`  beyond the published ones: ${extra.join(', ')}`);
}
writeFileSync(join(root, 'docs/operators.md'), operatorsDocument(coverage, published));
