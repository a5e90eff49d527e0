/**
 * The policies in force while an installation has published none of its own: a small team can work at once, and what is
 * marked as restricted stays in the house. An admin's first version starts from this text.
 */
export const shippedPolicies = `// The rules of this installation for work with AI. They hold in every team; a team's own rules can only narrow them.
// Nothing is allowed that no rule permits, and a rule that forbids wins over every rule that permits.

@id("developers-use-models")
@title("Developers, leads and admins may use every model")
permit (principal in Role::"developer", action == Action::"useModel", resource);

@id("restricted-stays-local")
@title("Restricted projects use local models only")
@advice("Choose a local model for this session. A team admin can lower the project's sensitivity in its settings.")
forbid (principal, action == Action::"useModel", resource)
when { resource.place == "remote" }
when { context.project.sensitivity == "restricted" };

@id("archived-projects-rest")
@title("Archived projects use no models")
@advice("Bring the project back from the archive in its settings.")
forbid (principal, action == Action::"useModel", resource)
when { context.project.archived };

@id("findings-are-masked")
@title("Secrets and personal data are masked before they are sent")
permit (principal, action == Action::"sendMasked", resource);

@id("personal-data-stays-readable-at-home")
@title("Local models may read personal data")
permit (principal, action == Action::"sendUnredacted", resource)
when { resource.place == "local" }
when { context.dataClass == "personal" };

@id("paths-are-open")
@title("Agents may work on the files of their project")
permit (principal in Role::"developer", action == Action::"usePath", resource);

@id("key-files-are-closed")
@title("Files that hold keys are closed to agents")
@advice("Put what the agent needs to know into a file without the keys.")
forbid (principal, action == Action::"usePath", resource)
when {
  resource.path like "*.pem" ||
  resource.path like "*.key" ||
  resource.path like "*.p12" ||
  resource.path like "*.pfx" ||
  resource.path like "*id_rsa*" ||
  resource.path like "*id_ed25519*"
};

@id("suggestions-taken-whole")
@title("A suggestion may be accepted as a whole")
permit (principal in Role::"developer", action == Action::"applyWithoutReview", resource);

@id("runs-go-on-alone")
@title("Agents may go on while nobody watches")
permit (principal in Role::"developer", action == Action::"runUnattended", resource);
`;

/** What a team's first own version starts from: everything the installation permits, for the team to narrow. */
export const teamStart = `// The rules of this team. Both these and the installation's must permit what is done, so they can only narrow it.

@id("as-the-installation")
@title("What the installation permits")
permit (principal, action, resource);
`;
