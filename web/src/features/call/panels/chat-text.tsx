const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/u;

/** A message as it was written; addresses of the web become links. */
export function ChatText({ text }: { text: string }) {
  return (
    <p className="text-sm wrap-anywhere whitespace-pre-wrap">
      {text.split(LINK).map((part, index) =>
        index % 2 === 1 ? (
          <a
            key={index}
            href={part}
            target="_blank"
            rel="noopener noreferrer"
            className="text-accent underline underline-offset-4"
          >
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </p>
  );
}
