// Holds documents against the official JSON Schema of the OpenAPI version that each names.
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';

let faults = 0;
for (const file of process.argv.slice(2)) {
  const { valid, errors } = await new Validator().validate(JSON.parse(readFileSync(file, 'utf8')));
  if (!valid) {
    faults += 1;
    console.error(`${file}:`, JSON.stringify(errors, null, 2));
  }
}
process.exitCode = faults === 0 ? 0 : 1;
