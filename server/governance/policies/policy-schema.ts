/**
 * What policies may speak of (docs/spec/policy.md, PO1): the types of Cedar that every policy is checked against before it
 * is stored and that every question is checked against before it is decided. `policyRequest` builds questions of this form.
 */
export const policySchema = `
// A team, and the roles in it. Who has a role has the lesser ones as well: an admin is in Role::"developer", too.
entity Team;
entity Role;

// Who asks. A run and a token are in the person they work for, so a rule about a person holds for both.
entity Person in [Team, Role] = { email: String };
entity Run in [Person, Team, Role] = { email: String, agent: String };
entity Token in [Person, Team, Role] = { email: String };

entity Provider;
entity Model in [Provider] = {
  alias: String,                 // the name people choose it by
  name: String,                  // the name its provider knows it by
  provider: String,
  place: String,                 // "local": nothing leaves the installation's network; "remote"
  outputUsdPerMillion?: Long,    // whole US dollars, rounded up; absent when no price is known
};
entity Project in [Team] = {
  name: String,
  sensitivity: String,           // "open", "internal", "restricted"; "none" for a call outside of every project
  archived: Bool,
};
entity Path in [Project] = { path: String };

type Call = {
  project: Project,
  task: String,                  // what the call is for: "run", "chat", "review", "guard"; "" when nobody said
  client: String,                // the program that calls, as its user agent begins: "claude-cli"; "" when it does not say
  agent: String,                 // the agent of the run; "" without a run
  unattended: Bool,
  dataClasses: Set<String>,      // what was found in the text: "secret", "personal", your own dictionaries
  spentCents: Long,              // what the run cost so far, in US cents; without a run, the person's calls of this day
  hour: Long,                    // 0 to 23, in the server's time zone
  weekday: String,               // "monday" to "sunday"
};

action useModel appliesTo { principal: [Person, Run, Token], resource: [Model], context: Call };

// What happens to each class that was found, the most lenient that is permitted: as it is, as it is with a word to whoever
// asked, masked. When none is permitted, the call is refused.
action send;
action sendUnredacted, sendWithNotice, sendMasked in [send] appliesTo {
  principal: [Person, Run, Token],
  resource: [Model],
  context: {
    dataClass: String,
    project: Project, task: String, client: String, agent: String, unattended: Bool,
    dataClasses: Set<String>, spentCents: Long, hour: Long, weekday: String,
  },
};

action usePath, applyWithoutReview appliesTo { principal: [Person, Run, Token], resource: [Path], context: Call };
action runUnattended appliesTo { principal: [Person, Run, Token], resource: [Project], context: Call };

// What an agent does, asked before each of its tools: whether it is done at all, and whether it is done without asking
// people. Nothing has to permit these, so only a policy that forbids counts.
action act, actUnasked appliesTo {
  principal: [Person, Run, Token],
  resource: [Project],
  context: {
    kind: String,                // "command", "edit", "read", "fetch", "mcp", "other"
    mode: String,                // the run's: "ask", "plan", "edit", "auto"
    verdict: String,             // the guard's own: "allow", "ask", "deny"; "" for what it does not look at
    rules: Set<String>,          // ids of the guard's and the house's rules that spoke about it: "packages.publish"
    families: Set<String>,       // what it is about, whatever is said of it: "publishing", "databases"
    server: String,              // the MCP server whose tool is called, by its name on the list; "" for anything but "mcp"
    tool: String,                // that tool, as its server calls it: "create_issue"
    project: Project, task: String, client: String, agent: String, unattended: Bool,
    dataClasses: Set<String>, spentCents: Long, hour: Long, weekday: String,
  },
};
`;
