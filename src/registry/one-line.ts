/** What is shown in terminals and logs: no control characters; and something has to be said. */
export const ONE_LINE = /^[^\p{Cc}\p{Cs}\u2028\u2029]*[^\s\p{Cc}\p{Cs}][^\p{Cc}\p{Cs}\u2028\u2029]*$/u;
