"""A small web application: who calls, and a page by name."""
import os
from wsgiref.simple_server import make_server

from bottle import Bottle, response, template

HERE = os.path.dirname(os.path.abspath(__file__))

app = Bottle()


@app.get("/")
def index():
    response.content_type = "text/plain"
    return f"hello from python as user {os.getuid()}\n"


@app.get("/greet/<name>")
def greet(name):
    return template(os.path.join(HERE, "greet.html"), name=name)


if __name__ == "__main__":
    make_server("", int(os.environ.get("PORT", "8080")), app).serve_forever()
