# Lines put together to documents longer than any block of the benches.
{ text = text " " $0 }
length(text) > 1500 { print substr(text, 2); text = "" }
