/** Reasons that come from below, made fit for a sentence of the page. */

/** Which address failed is for logs: here it is always the relay that served the page. */
export const withoutAddress = (problem: string): string => problem.replace(/^Cannot [^:]*\bhttps?:\/\/\S+: /, '');

/** Reasons come as phrases or as sentences. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
