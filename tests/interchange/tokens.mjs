// node tokens.mjs MODULES FILE.gguf TEXT: the ids that llama.cpp gives a text.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, modelPath, text] = process.argv.slice(2);
const entry = createRequire(modules + '/').resolve('node-llama-cpp');
const { getLlama } = await import(pathToFileURL(entry));
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
const model = await llama.loadModel({ modelPath, vocabOnly: true });
console.log(model.tokenize(text).join(' '));
process.exit(0);
