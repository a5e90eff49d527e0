import { entropyOf } from './entropy.ts';
import { isFiller } from './fillers.ts';
import type { Finding, Severity } from './finding.ts';
import { isPublishedSample } from './published-samples.ts';

/**
 * Secrets that are known by their form. `anchor` is a part of every match that plain searching finds; the pattern is tried
 * around each. Formats are facts that vendors publish.
 */
export type Format = {
  id: string;
  /** Literal texts; one of them begins every match, in exactly this case. */
  anchors: readonly string[];
  /** Tried at the anchor. Every quantifier is bounded. */
  pattern: RegExp;
  severity?: Severity;
  /** Bits per character of what follows the anchor, below which it is a word or a filler. */
  minEntropy?: number;
};

const end = String.raw`(?![\w])`;
const at = (source: string, flags = '') => new RegExp(source + end, `y${flags}`);

export const formats: readonly Format[] = [
  {
    id: 'aws-access-key',
    anchors: ['AKIA', 'ASIA', 'ABIA', 'ACCA', 'A3T'],
    pattern: at('(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}'),
    minEntropy: 2.8,
  },
  { id: 'aws-bedrock-key', anchors: ['ABSK'], pattern: at('ABSK[A-Za-z0-9+/]{109,269}={0,2}'), minEntropy: 3.2 },
  {
    id: 'aws-bedrock-key',
    anchors: ['bedrock-api-key-'],
    pattern: /bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=]{0,4000}/y,
  },
  {
    id: 'github-token',
    anchors: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    pattern: at('gh[pousr]_[A-Za-z0-9]{36,255}'),
    minEntropy: 3,
  },
  { id: 'github-token', anchors: ['github_pat_'], pattern: at(String.raw`github_pat_\w{82}`), minEntropy: 3 },
  {
    id: 'gitlab-token',
    anchors: ['glpat-', 'gldt-', 'glft-', 'glsoat-', 'glimt-', 'glcbt-', 'glffct-'],
    pattern: /gl(?:pat|dt|ft|soat|imt|cbt|ffct)-[\w-]{20,300}(?:\.[\w-]{7,9})?/y,
    minEntropy: 2.5,
  },
  { id: 'gitlab-token', anchors: ['glrt-'], pattern: /glrt-[\w-]{20,64}(?:\.[\w-]{7,9})?/y, minEntropy: 2.5 },
  { id: 'gitlab-token', anchors: ['glptt-'], pattern: at('glptt-[0-9a-f]{40}') },
  { id: 'gitlab-token', anchors: ['glagent-'], pattern: /glagent-[\w-]{50,400}/y },
  { id: 'gitlab-token', anchors: ['gloas-'], pattern: /gloas-[\w-]{64}(?![\w-])/y, minEntropy: 3.6 },
  { id: 'gitlab-token', anchors: ['GR1348941'], pattern: /GR1348941[\w-]{20,50}/y },
  {
    id: 'slack-token',
    anchors: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xoxo-', 'xoxe.'],
    pattern: /xox(?:[bparseo]-(?=[\w-]{0,40}\d{5})[\w-]{20,400}|e\.xox[bp]-\d-(?=[A-Za-z]*\d)[A-Za-z0-9]{40,400})/y,
  },
  { id: 'slack-token', anchors: ['xapp-'], pattern: /xapp-\d-[A-Z0-9]{1,40}-\d{1,40}-[0-9a-z]{16,400}/y },
  {
    id: 'anthropic-key',
    anchors: ['sk-ant-'],
    pattern: /sk-ant-(?:api|admin|oat|ort|sid)\d{2}-[\w-]{60,130}/y,
    minEntropy: 3,
  },
  {
    id: 'openai-key',
    anchors: ['sk-'],
    pattern:
      /sk-(?:(?:proj|svcacct|admin|service|None)-[\w-]{20,200}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{48}(?!\w)|[a-f0-9]{32}(?!\w)|or-v1-[a-f0-9]{64})/y,
    minEntropy: 3,
  },
  { id: 'google-api-key', anchors: ['AIza'], pattern: /AIza[\w-]{35}(?![\w-])/y, minEntropy: 3.5 },
  { id: 'google-oauth', anchors: ['GOCSPX-'], pattern: /GOCSPX-[\w-]{28}/y },
  { id: 'google-oauth', anchors: ['ya29.'], pattern: /ya29\.[\w-]{40,400}/y },
  {
    id: 'stripe-key',
    anchors: ['sk_live_', 'sk_test_', 'sk_prod_', 'rk_live_', 'rk_test_', 'rk_prod_', 'whsec_'],
    pattern: at('(?:[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,99}|whsec_[A-Za-z0-9+/=]{32,64})'),
    minEntropy: 2.5,
  },
  {
    id: 'square-token',
    anchors: ['EAAA', 'sq0atp-', 'sq0csp-'],
    pattern: /(?:EAAA[\w+-]{22,60}|sq0[ac][ts]p-[\w-]{22,43})(?![\w=/+])/y,
    minEntropy: 3.4,
  },
  { id: 'facebook-token', anchors: ['EAAM', 'EAAC'], pattern: at('EAA[MC][a-z0-9]{100,400}', 'i'), minEntropy: 4 },
  { id: 'sendgrid-key', anchors: ['SG.'], pattern: /SG\.[\w=-]{18,30}[.\w=-]{30,60}/y },
  { id: 'mailgun-key', anchors: ['key-', 'pubkey-'], pattern: at('(?:pub)?key-[a-f0-9]{32}') },
  { id: 'brevo-key', anchors: ['xkeysib-', 'xsmtpsib-'], pattern: /x(?:keys|smtps)ib-[a-f0-9]{64}-[A-Za-z0-9]{16}/y },
  { id: 'npm-token', anchors: ['npm_'], pattern: at('npm_[A-Za-z0-9]{36}'), minEntropy: 3 },
  { id: 'pypi-token', anchors: ['pypi-AgE'], pattern: /pypi-AgE[\w-]{50,1000}/y },
  { id: 'rubygems-key', anchors: ['rubygems_'], pattern: at('rubygems_[a-f0-9]{48}') },
  { id: 'clojars-token', anchors: ['CLOJARS_'], pattern: at('CLOJARS_[a-z0-9]{60}', 'i') },
  { id: 'nuget-key', anchors: ['oy2'], pattern: at('oy2[a-z0-9]{43}'), minEntropy: 3 },
  { id: 'docker-token', anchors: ['dckr_pat_', 'dckr_oat_'], pattern: /dckr_[po]at_[\w-]{27,40}/y },
  { id: 'huggingface-token', anchors: ['hf_'], pattern: at('hf_[A-Za-z]{34}'), minEntropy: 3.6 },
  { id: 'huggingface-token', anchors: ['api_org_'], pattern: at('api_org_[A-Za-z]{34}'), minEntropy: 3.6 },
  { id: 'perplexity-key', anchors: ['pplx-'], pattern: at('pplx-[A-Za-z0-9]{48}') },
  { id: 'groq-key', anchors: ['gsk_'], pattern: at('gsk_[A-Za-z0-9]{52}') },
  { id: 'xai-key', anchors: ['xai-'], pattern: at('xai-[A-Za-z0-9]{80}') },
  { id: 'replicate-token', anchors: ['r8_'], pattern: at('r8_[A-Za-z0-9]{37,40}'), minEntropy: 3 },
  { id: 'digitalocean-token', anchors: ['dop_v1_', 'doo_v1_', 'dor_v1_'], pattern: at('do[opr]_v1_[a-f0-9]{64}') },
  { id: 'heroku-key', anchors: ['HRKU-'], pattern: /HRKU-AA[\w-]{58}/y },
  { id: 'databricks-token', anchors: ['dapi'], pattern: at('dapi[a-f0-9]{32}(?:-\\d)?') },
  {
    id: 'doppler-token',
    anchors: ['dp.'],
    pattern: at(String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,44}`),
  },
  {
    id: 'dynatrace-token',
    anchors: ['dt0c01.', 'dt0s01.', 'dt0s02.'],
    pattern: /dt0[cs]0[12]\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}/y,
  },
  { id: 'easypost-key', anchors: ['EZAK', 'EZTK'], pattern: at('EZ[AT]K[A-Za-z0-9]{54}') },
  {
    id: 'flutterwave-key',
    anchors: ['FLWSECK', 'FLWPUBK'],
    pattern: /FLW(?:SECK|PUBK)(?:_TEST|_LIVE)?-[a-h0-9]{12,32}(?:-X)?/iy,
  },
  { id: 'flyio-token', anchors: ['fo1_'], pattern: at(String.raw`fo1_[\w-]{43}`) },
  { id: 'flyio-token', anchors: ['fm1', 'fm2_'], pattern: /fm(?:1[ar]_|2_)[A-Za-z0-9+/]{100,4000}={0,3}/y },
  { id: 'frameio-token', anchors: ['fio-u-'], pattern: /fio-u-[\w=-]{64}/iy },
  { id: 'grafana-token', anchors: ['glc_'], pattern: /glc_[A-Za-z0-9+/]{32,400}={0,3}/y, minEntropy: 3 },
  { id: 'grafana-token', anchors: ['glsa_'], pattern: at('glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}') },
  { id: 'grafana-token', anchors: ['eyJrIjoi'], pattern: /eyJrIjoi[A-Za-z0-9]{60,400}={0,3}/y },
  {
    id: 'harness-token',
    anchors: ['pat.', 'sat.'],
    pattern: /[ps]at\.[A-Za-z0-9_-]{22}\.[0-9a-z]{24}\.[A-Za-z0-9]{20}/y,
  },
  { id: 'vault-token', anchors: ['hvs.', 'hvb.', 'hvr.'], pattern: /hv[sbr]\.[\w-]{60,300}/y, minEntropy: 3.3 },
  { id: 'infracost-key', anchors: ['ico-'], pattern: at('ico-[A-Za-z0-9]{32}'), minEntropy: 3 },
  { id: 'intra42-secret', anchors: ['s-s4t2', 's-s4t2ud-', 's-s4t2af-'], pattern: /s-s4t2(?:ud|af)-[a-f0-9]{64}/iy },
  { id: 'jfrog-key', anchors: ['AKCp'], pattern: at('AKCp[A-Za-z0-9]{69}'), minEntropy: 3 },
  { id: 'jfrog-key', anchors: ['cmVmd'], pattern: at('cmVmd[A-Za-z0-9]{59}'), minEntropy: 4 },
  { id: 'linear-key', anchors: ['lin_api_', 'lin_oauth_'], pattern: at('lin_(?:api|oauth)_[A-Za-z0-9]{40,64}') },
  { id: 'lob-key', anchors: ['live_', 'test_'], pattern: at('(?:live|test)_(?:pub_)?[a-f0-9]{31,35}') },
  { id: 'mapbox-token', anchors: ['pk.', 'sk.', 'tk.'], pattern: /[pst]k\.[a-zA-Z0-9]{55,80}\.[a-zA-Z0-9_-]{20,24}/y },
  {
    id: 'newrelic-key',
    anchors: ['NRAK-', 'NRII-', 'NRJS-', 'NRRA-', 'NRBR-'],
    pattern: /NR(?:AK|II|JS|RA|BR)-[A-Za-z0-9-]{19,42}/y,
    minEntropy: 2.5,
  },
  { id: 'notion-token', anchors: ['ntn_'], pattern: at('ntn_\\d{11}[A-Za-z0-9]{35}'), minEntropy: 3.4 },
  { id: 'notion-token', anchors: ['secret_'], pattern: at('secret_[A-Za-z0-9]{43}'), minEntropy: 3.6 },
  {
    id: 'onepassword-key',
    anchors: ['A3-'],
    pattern: at('A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}'),
  },
  { id: 'onepassword-token', anchors: ['ops_eyJ'], pattern: /ops_eyJ[A-Za-z0-9+/_-]{200,4000}={0,3}/y },
  { id: 'openshift-token', anchors: ['sha256~'], pattern: /sha256~[\w-]{43}(?![\w-])/y, minEntropy: 3.5 },
  { id: 'planetscale-token', anchors: ['pscale_'], pattern: /pscale_(?:tkn|oauth|pw)_[\w=.-]{32,64}/y },
  { id: 'postman-key', anchors: ['PMAK-'], pattern: at('PMAK-[a-f0-9]{24}-[a-f0-9]{34}', 'i') },
  { id: 'prefect-key', anchors: ['pnu_'], pattern: at('pnu_[a-zA-Z0-9]{36}'), minEntropy: 2.5 },
  { id: 'pulumi-token', anchors: ['pul-'], pattern: at('pul-[a-f0-9]{40}') },
  { id: 'readme-key', anchors: ['rdme_'], pattern: at('rdme_[a-z0-9]{70}') },
  {
    id: 'sentry-token',
    anchors: ['sntrys_', 'sntryu_'],
    pattern: /sntry(?:s_eyJ[A-Za-z0-9+/=_-]{80,500}|u_[a-f0-9]{64})/y,
  },
  {
    id: 'settlemint-token',
    anchors: ['sm_aat_', 'sm_pat_', 'sm_sat_'],
    pattern: at('sm_(?:aat|pat|sat)_[a-zA-Z0-9]{16}'),
  },
  { id: 'shippo-token', anchors: ['shippo_'], pattern: at('shippo_(?:live|test)_[a-f0-9]{40}') },
  {
    id: 'shopify-token',
    anchors: ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    pattern: at('shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}'),
  },
  { id: 'sonar-token', anchors: ['squ_', 'sqp_', 'sqa_'], pattern: at('sq[upa]_[a-f0-9]{40}') },
  {
    id: 'sourcegraph-token',
    anchors: ['sgp_', 'slk_'],
    pattern: at('(?:sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}|slk_[a-f0-9]{64})'),
  },
  { id: 'scalingo-token', anchors: ['tk-us-'], pattern: /tk-us-[\w-]{48}/y },
  {
    id: 'tailscale-key',
    anchors: ['tskey-'],
    pattern: /tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{16,40}/y,
  },
  { id: 'typeform-token', anchors: ['tfp_'], pattern: /tfp_[\w=.-]{59}/y },
  { id: 'alibaba-key', anchors: ['LTAI'], pattern: at('LTAI[A-Za-z0-9]{17,21}'), minEntropy: 3 },
  { id: 'age-key', anchors: ['AGE-SECRET-KEY-1'], pattern: /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/y },
  {
    id: 'atlassian-token',
    anchors: ['ATATT3', 'ATCTT3', 'ATBB'],
    pattern: /(?:AT[AC]TT3[\w=-]{100,300}|ATBB[A-Za-z0-9]{24,40})/y,
    minEntropy: 3.2,
  },
  {
    id: 'authress-key',
    anchors: ['sc_', 'ext_', 'scauth_', 'authress_'],
    pattern:
      /(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[a-z0-9+/_=-]{30,120}/iy,
  },
  { id: 'cloudflare-key', anchors: ['v1.0-'], pattern: /v1\.0-[a-f0-9]{24}-[a-f0-9]{146}/y },
  { id: 'clickhouse-key', anchors: ['4b1d'], pattern: at('4b1d[A-Za-z0-9]{38}'), minEntropy: 3 },
  {
    id: 'jwt',
    anchors: ['eyJ'],
    pattern: /eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,8000}(?:\.[A-Za-z0-9_-]{0,2000})?/y,
    severity: 'medium',
  },
  { id: 'adobe-secret', anchors: ['p8e-'], pattern: at('p8e-[a-zA-Z0-9]{32}') },
  { id: 'duffel-token', anchors: ['duffel_'], pattern: /duffel_(?:test|live)_[\w=-]{43}/y },
  { id: 'contentful-token', anchors: ['CFPAT-'], pattern: /CFPAT-[\w-]{40,50}/y },
  { id: 'figma-token', anchors: ['figd_'], pattern: /figd_[\w-]{38,45}/y },
  { id: 'airtable-token', anchors: ['pat'], pattern: at(String.raw`(?<!\w)pat[A-Za-z0-9]{14}\.[a-f0-9]{64}`) },
];

const isLetter = (unit: string | undefined) => unit !== undefined && /[A-Za-z0-9]/.test(unit);

/** The secret of a format whose anchor begins here. */
export function formatAt(format: Format, text: string, start: number): Finding | undefined {
  if (isLetter(text[start - 1])) return undefined;
  const { id, pattern, severity = 'high', minEntropy } = format;
  pattern.lastIndex = start;
  const found = pattern.exec(text)?.[0];
  if (found === undefined || (minEntropy !== undefined && (entropyOf(found) < minEntropy || isFiller(found))))
    return undefined;
  if (isPublishedSample(found)) return undefined;
  return { detector: id, class: 'secret', severity, start, end: start + found.length };
}
