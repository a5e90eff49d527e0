import { redirect } from 'next/navigation';

export default async function SettingsStart({ params }: { params: Promise<{ team: string }> }) {
  redirect(`/${(await params).team}/settings/people` as never);
}
