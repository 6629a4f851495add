// Sending a picture, with how far it is. fetch cannot say that yet.
import type { Attribution } from "./answers.ts";
import { OFFLINE, Problem } from "./api.ts";

export interface Upload {
  answer: Promise<Attribution>;
  cancel: () => void;
}

/** `onSent` gets 0 to 1; at 1 the service has it all and computes. */
export function attribute(picture: File, model: string, onSent: (part: number) => void): Upload {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("picture", picture);
  form.append("model", model);
  const answer = new Promise<Attribution>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onSent(event.loaded / event.total);
    request.upload.onload = () => onSent(1);
    request.onload = () => (request.status === 201 ? resolve(JSON.parse(request.responseText) as Attribution) : reject(problemOf(request)));
    request.onerror = request.ontimeout = () => reject(new Problem(OFFLINE, "", ""));
  });
  request.open("POST", "/v1/attributions");
  request.send(form);
  return { answer, cancel: () => request.abort() };
}

function problemOf(request: XMLHttpRequest): Problem {
  try {
    const { title, detail } = JSON.parse(request.responseText) as { title: string; detail: string };
    return new Problem(request.status, title, detail);
  } catch {
    return new Problem(request.status, `${request.status}`, "");
  }
}
