'use client';

import { useEffect } from 'react';

/** The start page leads back to the team that was seen last on this device. */
export function RememberTeam({ slug }: { slug: string }) {
  useEffect(() => {
    document.cookie = `ensemble-team=${encodeURIComponent(slug)}; path=/; max-age=31536000; samesite=lax`;
  }, [slug]);
  return null;
}
