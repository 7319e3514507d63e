import jwt

from shared import engine_token

SECRET = "a-secret-of-at-least-thirty-two-characters"


def test_a_token_names_one_workspace_and_one_engine_for_five_minutes() -> None:
    token = engine_token.mint(SECRET, engine="detect", workspace_id="roastery", now=4_000_000_000.9)
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="authenticated")
    assert claims == {
        "role": "ai_engine",
        "aud": "authenticated",
        "engine": "detect",
        "workspace_id": "roastery",
        "exp": 4_000_000_300,
    }
