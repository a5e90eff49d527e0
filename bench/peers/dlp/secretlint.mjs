import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }] };

/** How many secrets its recommended preset finds in a text. */
export async function countSecrets(content) {
  const { messages } = await lintSource({
    source: { filePath: 'a.txt', content, contentType: 'text' },
    options: { config, noPhysicFilePath: true },
  });
  return messages.length;
}
