/**
 * Sends an archive to the server. XMLHttpRequest, because fetch tells nothing of the progress of what it sends.
 * @param onProgress percent, 0 to 100
 * @throws Error with the server's words
 */
export function uploadArchive(file: File, onProgress: (percent: number) => void): Promise<{ uploadId: string }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/uploads');
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress((event.loaded / event.total) * 100);
    };
    request.onerror = () => reject(new Error('The connection broke during the upload. Try again.'));
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 300 && answer.uploadId !== undefined) resolve({ uploadId: answer.uploadId });
      else reject(new Error(answer.detail ?? 'The server did not take the upload. Try again.'));
    };
    request.send(file);
  });
}

function parsed(text: string): { uploadId?: string; detail?: string } {
  try {
    return JSON.parse(text) as { uploadId?: string; detail?: string };
  } catch {
    return {};
  }
}
