"""A LangChain chain, prompt -> model -> parser: strictly linear, nothing can be skipped."""

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from graphdeck.graphs.models import chat_model

EXAMPLE_INPUT = {"topic": "conditional edge"}

prompt = ChatPromptTemplate.from_messages(
    [
        ("system", "You explain words of LangGraph to a developer who is new to it."),
        ("human", "Explain {topic} in one sentence."),
    ]
)
model = chat_model()
parser = StrOutputParser()

graph = prompt | model | parser
