import { existsSync } from 'node:fs';
import path from 'node:path';
import { Project, ts } from 'ts-morph';
import type { SourceText } from './operation.ts';

/** A TypeScript program over some files of a project; what they import is read from the disk as needed. */
export type ScriptProject = {
  project: Project;
  program: ts.Program;
  checker: ts.TypeChecker;
  service: ts.LanguageService;
  /** The program's file, by its path relative to the root. */
  file(relative: string): ts.SourceFile | undefined;
  relative(file: ts.SourceFile | string): string;
  /** The `tsconfig.json` in use; undefined when there is none or it cannot be read. */
  config: string | undefined;
  textOf(relative: string): SourceText | undefined;
};

const fallback: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  // Keeps an import of React that a classic JSX transform may need.
  jsx: ts.JsxEmit.Preserve,
  allowImportingTsExtensions: true,
  noEmit: true,
};

const always: ts.CompilerOptions = { allowJs: true, checkJs: false, noEmit: true, types: [], skipLibCheck: true };

/** `near` is the folder whose `tsconfig.json` counts, or the nearest above it. */
export function openScriptProject(root: string, files: readonly SourceText[], near = ''): ScriptProject {
  const config = findConfig(root, near);
  const { project, used } = createProject(config);
  const texts = new Map<string, SourceText>();
  for (const file of files) {
    texts.set(file.path, file);
    project.createSourceFile(path.join(root, file.path), file.text.replace(/^\uFEFF/, ''), { overwrite: true });
  }
  const program = project.getProgram().compilerObject;
  return {
    project,
    program,
    checker: program.getTypeChecker(),
    service: project.getLanguageService().compilerObject,
    file: (relative) => program.getSourceFile(path.join(root, relative)),
    relative: (file) =>
      path
        .relative(root, typeof file === 'string' ? file : file.fileName)
        .split(path.sep)
        .join('/'),
    config: used ? config : undefined,
    textOf: (relative) => texts.get(relative),
  };
}

function createProject(config: string | undefined): { project: Project; used: boolean } {
  const common = { skipAddingFilesFromTsConfig: true, skipFileDependencyResolution: true };
  if (config !== undefined) {
    try {
      const project = new Project({ ...common, tsConfigFilePath: config, compilerOptions: always });
      return { project, used: true };
    } catch {
      // One that extends a package that is not installed, or is no JSON: the files can still be read without it.
    }
  }
  return { project: new Project({ ...common, compilerOptions: { ...fallback, ...always } }), used: false };
}

function findConfig(root: string, near: string): string | undefined {
  for (let folder = near; ; folder = path.posix.dirname(folder)) {
    const place = folder === '.' ? '' : folder;
    const found = ['tsconfig.json', 'jsconfig.json']
      .map((name) => path.join(root, place, name))
      .find((file) => existsSync(file));
    if (found !== undefined || place === '') return found;
  }
}
