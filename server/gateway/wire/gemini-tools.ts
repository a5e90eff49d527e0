import { Untranslatable, type LlmTool, type LlmToolChoice } from '../../core/llm-message.ts';
import { camelObject, listOf, refuseOthers } from './gemini-members.ts';
import { jsonSchemaOf } from './gemini-schema.ts';
import { asArray, asObject, asString, invalidMember, isAbsent, optionalString } from './members.ts';
import type { Json, JsonObject } from './wire.ts';

/** What a declaration says of answers, which models of other makers are not told, and whether Google waits for them. */
const declarationMembers: ReadonlySet<string> = new Set([
  'name',
  'description',
  'parameters',
  'parametersJsonSchema',
  'response',
  'responseJsonSchema',
  'behavior',
]);

type Offered = { tools?: LlmTool[]; toolChoice?: LlmToolChoice };

/** The tools that are offered, and whether the model must call one. @throws Untranslatable */
export function decodeGeminiTools(tools: Json | undefined, config: Json | undefined): Offered {
  const declared = listOf(tools, 'tools').flatMap((value, i) => decodeTool(camelObject(value, `tools.${i}`), i));
  const { toolChoice, only } = decodeChoice(config);
  const offered = only === undefined ? declared : declared.filter(({ name }) => only.includes(name));
  return {
    ...(offered.length === 0 ? {} : { tools: offered }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
  };
}

function decodeTool(tool: JsonObject, i: number): LlmTool[] {
  for (const [member, value] of Object.entries(tool)) {
    if (member === 'functionDeclarations' || isAbsent(value)) continue;
    throw new Untranslatable(
      `tools.${i}.${member}: this tool is run by Google, and this model is served by another protocol. Leave the tool out.`,
    );
  }
  const path = `tools.${i}.functionDeclarations`;
  return listOf(tool['functionDeclarations'], path).map((value, at) =>
    decodeDeclaration(camelObject(value, `${path}.${at}`), `${path}.${at}`),
  );
}

function decodeDeclaration(declaration: JsonObject, path: string): LlmTool {
  refuseOthers(declaration, declarationMembers, `${path}.`);
  const { parameters: own, parametersJsonSchema: standard } = declaration;
  const description = optionalString(declaration['description'], `${path}.description`);
  return {
    name: asString(declaration['name'], `${path}.name`),
    ...(description === undefined ? {} : { description }),
    parameters: !isAbsent(standard)
      ? asObject(standard, `${path}.parametersJsonSchema`)
      : isAbsent(own)
        ? { type: 'object', properties: {} }
        : jsonSchemaOf(asObject(own, `${path}.parameters`)),
  };
}

type Choice = { toolChoice?: LlmToolChoice; only?: string[] };

/** `toolConfig`: where to search is Google's business; which functions may be called is not. */
function decodeChoice(config: Json | undefined): Choice {
  if (isAbsent(config)) return {};
  const calling = camelObject(config, 'toolConfig')['functionCallingConfig'];
  if (isAbsent(calling)) return {};
  const path = 'toolConfig.functionCallingConfig';
  const { mode, allowedFunctionNames: allowed } = camelObject(calling, path);
  const only = isAbsent(allowed)
    ? []
    : asArray(allowed, `${path}.allowedFunctionNames`).map((name) => asString(name, `${path}.allowedFunctionNames`));
  switch (mode) {
    case undefined:
    case null:
    case 'AUTO':
    case 'VALIDATED':
    case 'MODE_UNSPECIFIED':
      return { toolChoice: 'auto', ...(only.length === 0 ? {} : { only }) };
    case 'NONE':
      return { toolChoice: 'none' };
    case 'ANY':
      return chosen(only);
    default:
      throw invalidMember(`${path}.mode`, 'AUTO, ANY, VALIDATED or NONE is expected');
  }
}

function chosen(only: string[]): Choice {
  const [name] = only;
  if (name === undefined) return { toolChoice: 'required' };
  return only.length === 1 ? { toolChoice: { name } } : { toolChoice: 'required', only };
}
