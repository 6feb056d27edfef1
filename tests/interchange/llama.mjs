// node llama.mjs MODULES FILE.gguf... -- PROMPT...: what llama.cpp continues each prompt with by each file, 20
// tokens, greedily.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, ...rest] = process.argv.slice(2);
const paths = rest.slice(0, rest.indexOf('--')), prompts = rest.slice(paths.length + 1);
const entry = createRequire(modules + '/').resolve('node-llama-cpp');
const { getLlama } = await import(pathToFileURL(entry));
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
for (const modelPath of paths) {
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: 64, threads: 1 }); // more than there are cores wait for each other
  const sequence = context.getSequence();
  for (const prompt of prompts) {
    await sequence.clearHistory();
    const tokens = [model.tokens.bos, ...model.tokenize(prompt)];
    const found = [];
    for await (const token of sequence.evaluate(tokens, { temperature: 0 })) {
      found.push(token);
      if (found.length === 20) break;
    }
    console.log(prompt + model.detokenize(found));
  }
}
process.exit(0);
