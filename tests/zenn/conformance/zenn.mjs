// Zenn's own code over JSON: standard input holds {"pages": [Markdown, …], "books": [book, …],
// "chapters": [chapter, …]}, standard output {"pages": [HTML, …], "books": [[error, …], …],
// "chapters": [[error, …], …]}. It has no network: whatever tries to connect throws.
import net from "node:net";
import { text } from "node:stream/consumers";
import markdownToHtml from "zenn-markdown-html";
import zennModel from "zenn-model";

net.Socket.prototype.connect = () => {
  throw new Error("the renderer tried to use the network");
};

// As zenn.dev sets it. With it a card is an element of its own and not just a link.
const options = { embedOrigin: "https://embed.zenn.studio" };

const { pages = [], books = [], chapters = [] } = JSON.parse(await text(process.stdin));
const rendered = [];
for (const page of pages) rendered.push(await markdownToHtml(page, options));
process.stdout.write(
  JSON.stringify({
    pages: rendered,
    books: books.map((book) => zennModel.validateBook(book)),
    chapters: chapters.map((chapter) => zennModel.validateBookChapter(chapter)),
  }),
);
