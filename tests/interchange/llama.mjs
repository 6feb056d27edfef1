// node llama.mjs MODULES LINES FILE.gguf... -- PROMPT...: what llama.cpp continues each prompt with by each file, 20
// tokens, greedily; and into FILE.gguf.scores, as `lockstep score` has them, what each line of LINES loses by it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, lines, ...rest] = process.argv.slice(2);
const paths = rest.slice(0, rest.indexOf('--')), prompts = rest.slice(paths.length + 1);
const entry = createRequire(modules + '/').resolve('node-llama-cpp');
const { getLlama } = await import(pathToFileURL(entry));
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });

async function continueText(sequence, model, prompt) {
  await sequence.clearHistory();
  const found = [];
  for await (const token of sequence.evaluate([model.tokens.bos, ...model.tokenize(prompt)], { temperature: 0 })) {
    found.push(token);
    if (found.length === 20) break;
  }
  return prompt + model.detokenize(found);
}

// The mean loss of all tokens but the first, in nats: the probabilities of all, as they are.
async function score(sequence, model, line) {
  await sequence.clearHistory();
  const tokens = model.tokenize(line);
  const asIs = { probabilities: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0 } };
  const results = await sequence.controlledEvaluate(tokens.slice(0, -1).map(token => [token, { generateNext: asIs }]));
  const losses = results.map((result, i) => -Math.log(result.next.probabilities.get(tokens[i + 1])));
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

for (const modelPath of paths) {
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize: 64, threads: 1 }); // more than there are cores wait for each other
  const sequence = context.getSequence();
  for (const prompt of prompts) console.log(await continueText(sequence, model, prompt));
  const scores = [];
  for (const line of readFileSync(lines, 'utf8').trimEnd().split('\n')) scores.push(await score(sequence, model, line));
  writeFileSync(modelPath + '.scores', scores.map((nats, i) => `${i + 1}\t${nats.toFixed(6)}\n`).join(''));
  await context.dispose();
}
process.exit(0);
