module Parser (Expr (..), parse, evaluate) where

import Data.Char (isDigit, isSpace)

data Expr
  = Number Integer
  | Plus Expr Expr
  | Minus Expr Expr
  | Times Expr Expr
  | Over Expr Expr
  deriving (Eq, Show)

newtype Parser a = Parser { run :: String -> Maybe (a, String) }

instance Functor Parser where
  fmap f (Parser p) = Parser $ \s -> case p s of
    Nothing -> Nothing
    Just (a, rest) -> Just (f a, rest)

instance Applicative Parser where
  pure a = Parser $ \s -> Just (a, s)
  Parser pf <*> Parser pa = Parser $ \s -> case pf s of
    Nothing -> Nothing
    Just (f, rest) -> case pa rest of
      Nothing -> Nothing
      Just (a, rest') -> Just (f a, rest')

instance Monad Parser where
  Parser p >>= f = Parser $ \s -> case p s of
    Nothing -> Nothing
    Just (a, rest) -> run (f a) rest

token :: Parser a -> Parser a
token p = do
  a <- p
  _ <- Parser $ \s -> Just ((), dropWhile isSpace s)
  pure a

evaluate :: Expr -> Maybe Integer
evaluate (Number n) = Just n
evaluate (Plus a b) = (+) <$> evaluate a <*> evaluate b
evaluate (Minus a b) = (-) <$> evaluate a <*> evaluate b
evaluate (Times a b) = (*) <$> evaluate a <*> evaluate b
evaluate (Over a b) = do
  x <- evaluate a
  y <- evaluate b
  if y == 0 then Nothing else Just (x `div` y)
