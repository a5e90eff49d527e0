export const serverFlags: readonly string[];
export const gatewayFlags: readonly string[];
export const gatewayEnv: Readonly<Record<string, string>>;
