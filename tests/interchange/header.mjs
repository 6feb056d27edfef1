// node header.mjs MODULES FILE.gguf: what @huggingface/gguf reads in a file's head, as `lockstep inspect` says it.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, path] = process.argv.slice(2);
const entry = createRequire(modules + '/').resolve('@huggingface/gguf');
const { gguf, GGMLQuantizationType } = await import(pathToFileURL(entry));
const { metadata, tensorInfos } = await gguf(path, { allowLocalFile: true });

function show(value) {
  if (Array.isArray(value)) return `${value.length} ${typeof value[0] === 'number' ? 'numbers' : 'texts'}`;
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return value.toExponential(8).replace(/e(.)(\d)$/, 'e$10$2'); // as C's %.9g writes a small one
}

const all = tensorInfos.reduce((sum, tensor) => sum + tensor.shape.reduce((a, b) => a * b, 1n), 0n);
console.log(`parameters: ${all}`);
for (const [key, value] of Object.entries(metadata)) {
  if (!['version', 'tensor_count', 'kv_count'].includes(key)) console.log(`metadata: ${key}: ${show(value)}`);
}
for (const tensor of tensorInfos) {
  const sizes = [...tensor.shape].reverse().join(', ');
  console.log(`tensor: ${tensor.name}, ${GGMLQuantizationType[tensor.dtype]} [${sizes}]`);
}
