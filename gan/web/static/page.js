// What the server knows when it sends the page (`script` in gan/web/head.py): the opened link's requests and problems,
// the model that draws, the parameters of links, the limits, the words. Gradio calls in through the same object.

export const page = window.digitsPage;
export const limits = page.limits;
