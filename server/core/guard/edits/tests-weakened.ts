import { countIn, gains, loses, type Change } from './change.ts';
import { changed, made, type EditRule } from './edit-rule.ts';

const testCase =
  /(?:^|[^\w.])(?:it|test|specify|scenario)(?:\.each\b[^(]*\([^)]*\))?\s*\(\s*['"`]|^\s*(?:async\s+)?def\s+test_\w+|^\s*(?:#\[[^\]]*\]\s*)?(?:(?:public|final|static)\s+)*function\s+test\w*\s*\(|^\s*#\[(?:Test|DataProvider)\b|^\s*func\s+(?:Test|Benchmark|Fuzz)\w+\s*\(|^\s*@(?:Test|ParameterizedTest)\b|#\[(?:tokio::)?test\]|^\s*(?:it|specify|scenario|context|describe)\s+['"]|\[(?:Fact|Theory|Test|TestMethod)\b|^\s*test\s+"/;

const skipMark =
  /\b(?:it|test|describe|suite|context|specify|bench)\s*\.\s*(?:skip|todo|fixme|failing|fails|skipIf|runIf)\b|(?:^|[^\w.])(?:xit|xdescribe|xtest|xcontext|xspecify|xscenario)\b|@(?:pytest\.mark\.(?:skip|skipif|xfail)|unittest\.skip\w*|unittest\.expectedFailure|Ignore\b|Disabled\b|Skip\b)|\bpytest\.(?:skip|xfail)\s*\(|\bself\.skipTest\s*\(|\bt\.Skip(?:f|Now)?\s*\(|#\[ignore\b|\[(?:Ignore|Skip)\b|Skip\s*=\s*"|^\s*pending\b|^\s*skip\b|\bthis\.skip\s*\(\s*\)|markTestSkipped|t\.skip\s*\(|@(?:module)?tag\s+(?::skip\b|skip:)/;

/** Such marks stand on tests alone, in whatever file. */
const skipMarkOfTests = /#\[ignore\b|@(?:org\.junit\.\w+\.)?(?:Disabled|Ignore)\b|\(Skip\s*=\s*"/;

const onlyMark =
  /\b(?:it|test|describe|suite|context)\s*\.\s*only\b|(?:^|[^\w.])(?:fit|fdescribe|fcontext)\s*\(|\bfocus:\s*true/;

const assertion =
  /\bexpect\s*\(|\bassert\w*\b|\.should\b|\bverify\s*\(|\bt\.(?:Error|Fatal)f?\s*\(|\brequire\.\w+\s*\(|\bcheck\.\w+\(|\.to(?:Be|Equal|Match|Throw|Have|Contain)\w*\(/;

const emptyAssertion =
  /\bexpect\s*\(\s*(true|1|null|''|"")\s*\)\s*\.\s*to(?:Be|Equal)\s*\(\s*\1\s*\)|\bassert\s*\(?\s*(?:True|true|1)\s*\)?\s*;?$|assertTrue\s*\(\s*true\s*\)|assert\.ok\s*\(\s*true\s*\)|\bassert\s+1\s*==\s*1|expect\s*\(\s*true\s*\)\s*\.toBeTruthy|\bexpect\s*\((.{1,200})\)\s*\.to(?:Be|Equal|StrictEqual)\s*\(\2\)|\bassert\w*\b.{0,300}\bor\s+True\b|\bassert(?:Equals?|_eq!|\.equal|Same)?\s*\(\s*(\w[\w.]{0,80}(?:\([^()]{0,80}\))?)\s*,\s*\3\s*\)/i;

const firm =
  /\.(?:toBe|toEqual|toStrictEqual|toMatchObject|toHaveLength|toThrow|toBeCloseTo|toHaveBeenCalledWith)\s*\(\s*\S|assertEqual|assert_eq|assertEquals|Assert\.Equal|assert\s+\S+\s*==/;
const vague =
  /\.(?:toBeDefined|toBeTruthy|toBeFalsy|not\.toBeNull|not\.toBeUndefined)\s*\(\s*\)|\bexpect\.anything\s*\(|assertIsNotNone|assertNotNull|assert\s+\w+\s*(?:is not None)?\s*$|\|\|\s*true\s*\)/;

const isTest = ({ kind }: Change) => kind === 'test';

function losesTests(change: Change): boolean {
  if (!isTest(change)) return false;
  return change.isGone ? change.before.trim() !== '' : loses(change, testCase);
}

function losesAssertions(change: Change): boolean {
  if (!isTest(change) || change.isGone || change.isNew || loses(change, testCase)) return false;
  return loses(change, assertion);
}

const five = 'test("adds", () => {\n  expect(add(1, 2)).toBe(3);\n});\n';

export const testRules: readonly EditRule[] = [
  {
    id: 'edits.tests-removed',
    verdict: 'ask',
    matches: losesTests,
    reason: 'This removes tests.',
    saferWay: 'Mend what the tests show, or say which of them are out of date and why.',
    examples: {
      ng: [
        { path: 'src/add.test.ts', oldText: five, newText: null },
        changed('src/add.test.ts', `${five}test("b", () => { expect(1).toBe(x); });\n`, five),
        changed(
          'tests/test_a.py',
          'def test_a():\n    assert f() == 1\n\ndef test_b():\n    assert g() == 2\n',
          'def test_a():\n    assert f() == 1\n',
        ),
        changed(
          'a_test.go',
          'func TestA(t *testing.T) {\n}\nfunc TestB(t *testing.T) {\n}\n',
          'func TestA(t *testing.T) {\n}\n',
        ),
        changed(
          'tests/ATest.php',
          '<?php\nclass ATest {\n  public function testA() { f(); }\n}',
          '<?php\nclass ATest {\n}',
        ),
        changed('ATests.cs', 'class ATests { [Fact] void A() { F(); } }', 'class ATests { }'),
        changed('tests/a.rs', '#[test]\nfn a() { f(); }\nfn b() { }', 'fn b() { }'),
        changed('a_spec.rb', "it 'adds' do\n  f\nend\nit 'b' do\n  g\nend\n", "it 'adds' do\n  f\nend\n"),
      ],
      ok: [
        changed('src/add.test.ts', five, `${five}test("more", () => { expect(add(2, 2)).toBe(4); });\n`),
        changed('src/add.test.ts', five, five.replace('adds', 'adds two')),
        { path: 'src/old.ts', oldText: 'export {};', newText: null },
      ],
    },
  },
  {
    id: 'edits.tests-skipped',
    verdict: 'ask',
    matches: (change) =>
      ((isTest(change) || change.kind === 'code') &&
        gains(change, skipMark) &&
        (isTest(change) || /\b(?:describe|it|test)\b/.test(change.addedBare.join('\n')))) ||
      (change.kind === 'code' && gains(change, skipMarkOfTests)),
    reason: 'This leaves tests out.',
    saferWay: 'Mend what the tests show.',
    examples: {
      ng: [
        changed('a.test.ts', five, five.replace('test(', `test.${'skip'}(`)),
        changed('a.spec.js', 'it("a", f)', 'xit("a", f)'),
        changed('tests/test_a.py', 'def test_a():\n  pass', '@pytest.mark.skip\ndef test_a():\n  pass'),
        changed('ATest.java', '@Test\nvoid a() {}', '@Disabled\n@Test\nvoid a() {}'),
        changed('a_test.go', 'func TestA(t *testing.T) {\n}', 'func TestA(t *testing.T) {\n\tt.Skip("later")\n}'),
        changed('tests/a.rs', '#[test]\nfn a() {}', '#[test]\n#[ignore]\nfn a() {}'),
        changed('src/a.rs', '#[test]\nfn a() {}', '#[test]\n#[ignore]\nfn a() {}'),
        changed('test/a_test.exs', 'test "a" do\nend', '@tag :skip\ntest "a" do\nend'),
      ],
      ok: [
        changed('a.test.ts', five, five.replace('3', '4')),
        made('src/skip.ts', 'export const skip = 1;'),
        changed('a.test.ts', five.replace('test(', `test.${'skip'}(`), five),
      ],
    },
  },
  {
    id: 'edits.tests-narrowed',
    verdict: 'ask',
    matches: (change) => isTest(change) && gains(change, onlyMark),
    reason: 'This runs one test and leaves the others out.',
    saferWay: 'Name the test when you run it.',
    examples: {
      ng: [
        changed('a.test.ts', five, five.replace('test(', `test.${'only'}(`)),
        changed('a.spec.js', 'it("a", f)', 'fit("a", f)'),
      ],
      ok: [changed('a.test.ts', five, `// only this\n${five}`)],
    },
  },
  {
    id: 'edits.assertions-removed',
    verdict: 'ask',
    matches: losesAssertions,
    reason: 'This takes assertions out of tests.',
    saferWay: 'Mend what the assertion shows, or say why it is wrong.',
    examples: {
      ng: [
        changed('a.test.ts', five, 'test("adds", () => {\n  add(1, 2);\n});\n'),
        changed('tests/test_a.py', 'def test_a():\n    x = f()\n    assert x == 1\n', 'def test_a():\n    x = f()\n'),
        changed('tests/a_test.go', 'if x != 1 {\n\tt.Fatalf("x")\n}', 'if x != 1 {\n}'),
      ],
      ok: [
        changed('a.test.ts', five, five.replace('toBe(3)', 'toBe(4)')),
        changed('src/a.ts', 'assert(x);\nf();', 'f();'),
      ],
    },
  },
  {
    id: 'edits.assertions-loosened',
    verdict: 'ask',
    matches: (change) =>
      isTest(change) &&
      !change.isNew &&
      (countIn(change.added, emptyAssertion) > 0 || (loses(change, firm) && gains(change, vague))),
    reason: 'This makes assertions say less.',
    saferWay: 'Keep the value that is expected.',
    examples: {
      ng: [
        changed('a.test.ts', five, five.replace('expect(add(1, 2)).toBe(3)', 'expect(true).toBe(true)')),
        changed('a.test.ts', five, five.replace('toBe(3)', 'toBeDefined()')),
        changed('tests/test_a.py', '    assert f() == 1', '    assert True'),
        changed('tests/test_a.py', '    assert f() == 1', '    assert f() == 1 or True'),
        changed('a.test.ts', five, five.replace('toBe(3)', 'toBe(add(1, 2))')),
      ],
      ok: [
        changed('a.test.ts', five, five.replace('toBe(3)', 'toBe(5)')),
        changed('a.test.ts', five.replace('toBe(3)', 'toBeDefined()'), five),
      ],
    },
  },
  {
    id: 'edits.snapshots',
    verdict: 'ask',
    matches: ({ path, isNew }) =>
      !isNew && /\.(?:snap|approved\.\w+|golden)$|(?:^|\/)__(?:image_)?snapshots__\//.test(path),
    reason: 'This changes what tests hold for right without running them.',
    saferWay: 'Let the test runner write it, and look at the difference.',
    examples: {
      ng: [changed('__snapshots__/a.test.ts.snap', 'a', 'b'), { path: 'x/out.golden', oldText: 'a', newText: null }],
      ok: [made('__snapshots__/a.snap', 'a'), changed('src/snapshot.ts', 'a', 'b')],
    },
  },
];
